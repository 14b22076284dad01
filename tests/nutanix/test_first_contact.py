"""The first look at a real Prism: complete, harmless, without secrets, and replayed."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lab.errors import LabError
from lab.prism import Knobs, PrismSimulator, ReplayedPrism
from nutanix.models import Prism
from nutanix.services import verify
from tests.canaries import hits, new_canary

pytestmark = pytest.mark.django_db
LOOKING = {"GET", "OPTIONS"}


@pytest.fixture(params=["pc_v4", "pe_v2"])
def kind(request):
    return request.param


@pytest.fixture
def row(prism, kind):
    prism.knobs.role = "pc" if kind == "pc_v4" else "pe"
    return Prism.objects.create(
        name="first", kind=kind, address=prism.url, username=prism.username,
        password=prism.password, ca_pem=prism.ca_pem,
    )


def walk(capsys, *arguments, name="first"):
    """The lines that were told, and the transcript's file."""
    call_command("first_contact", name, *arguments)
    lines = capsys.readouterr().out.splitlines()
    return lines[:-1], Path(lines[-1].rpartition(": ")[2])


def test_looks_without_changing_anything(prism, row, capsys):
    lines, file = walk(capsys)

    assert {entry.method for entry in prism.journal} == LOOKING
    refused = [entry for entry in prism.journal if entry.status == 401]
    assert len(refused) == 1, "a second wrong password might lock the account"
    told = "\n".join(lines)
    for expected in ("[1] Wrong password", "Unknown machine: HTTP 404", "High availability"):
        assert expected in told
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(json.loads(file.read_text())["exchanges"]) == len(prism.journal)


def test_writes_only_when_asked_and_leaves_nothing(prism, row, capsys):
    lines, _file = walk(capsys, "--write")

    told = "\n".join(lines)
    assert "[6] Create with power ON: HTTP 20" in told
    assert "[7] Delete while attached: task failed" in told
    assert "[6] Power on again: task failed" in told
    assert (prism.vms, prism.volume_groups) == ({}, {})


@pytest.mark.parametrize(
    ("knobs", "told"),
    [
        ({"missing_etag_status": 412}, "Power on without If-Match: HTTP 412"),
        ({"replay": "refused"}, "The same request id again: HTTP 400"),
        ({"replay": "new"}, "Machines of that name: 2"),
        ({"power_on_at_create": True}, "Power after create: ON"),
        ({"delete_attached_volume_group": "answer"}, "Delete while attached: first refuses"),
    ],
)
def test_tells_prisms_of_different_habits_apart(db, capsys, knobs, told):
    with PrismSimulator(knobs=Knobs(**knobs)) as prism:
        Prism.objects.create(
            name="first", address=prism.url, username=prism.username, password=prism.password,
            ca_pem=prism.ca_pem,
        )

        lines, _file = walk(capsys, "--write")

        assert told in "\n".join(lines)
        assert (prism.vms, prism.volume_groups) == ({}, {})


def test_no_secret_is_in_the_transcript(prism, row, capsys):
    canaries = {"password": new_canary("password"), "key": new_canary("password").strip()}
    prism.door.users[prism.username].password = canaries["password"]
    prism.container.name = f"names may hold {canaries['password']}"
    row.password = canaries["password"]
    row.save()

    lines, file = walk(capsys, "--write")

    cookies = {f"cookie {n}": token for n, token in enumerate(prism.door._sessions)}
    assert cookies
    places = {"the transcript": file.read_text()}
    assert hits(canaries | cookies, places) == []
    assert hits(canaries, {"the terminal": "\n".join(lines)}) == []
    assert "•••" in places["the transcript"]


def test_an_api_key_is_in_no_transcript(prism, capsys):
    key = new_canary("password").replace('"', "").replace("ä", "")
    prism.add_api_key(key)
    Prism.objects.create(name="first", address=prism.url, api_key=key, ca_pem=prism.ca_pem)

    _lines, file = walk(capsys)

    assert hits({"key": key}, {"the transcript": file.read_text()}) == []


def test_a_transcript_answers_as_that_prism_did(prism, row, kind, capsys):
    lines, file = walk(capsys)
    prism.stop()

    with ReplayedPrism(file) as replayed:
        row.address, row.ca_pem, row.name = replayed.url, replayed.ca_pem, "again"
        row.password = "any other"
        row.save()
        assert verify(row).kind == replayed.kind == kind
        again, _file = walk(capsys, name="again")

    assert [line for line in again if "Wrong password" not in line] == [
        line for line in lines if "Wrong password" not in line
    ]
    prism.start()


def test_what_is_no_transcript_is_not_replayed(tmp_path):
    file = tmp_path / "other.json"
    file.write_text("[]")

    with pytest.raises(LabError, match="is no transcript"):
        ReplayedPrism(file)


def test_an_unknown_connection_is_told_with_the_known_ones(row):
    with pytest.raises(CommandError, match="known: first"):
        call_command("first_contact", "elsewhere")
