"""What a machine is told at its first boot is read by nobody else, in plain text or base64."""

import base64
import json
import logging
import re

import pytest

from hosts.services import plan_host
from hosts.steps import prism as prism_steps
from tests.canaries import text_of_database
from tests.hosts.conftest import cluster_behind

pytestmark = pytest.mark.django_db
CREATE = r"/vms/?$"
# So many characters of a secret in a row are found, wherever they are cut.
WINDOW = 24
# The same in every P-256 key, and partly in certificates: names of algorithms.
PREAMBLE = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg"
KEY = re.compile(r"BEGIN [A-Z ]*PRIVATE KEY-----(.*?)-----END", re.DOTALL)


@pytest.fixture(params=["pc_v4", "pe_v2"])
def host(request, prism, db, monkeypatch):
    monkeypatch.setattr(prism_steps, "_pause", lambda run, seconds: run.checkpoint())
    monkeypatch.setattr(prism_steps, "LOOK_SECONDS", 0.0)
    prism.knobs.role = "pc" if request.param == "pc_v4" else "pe"
    cluster = cluster_behind(
        prism.url, prism.ca_pem, prism.username, prism.password, kind=request.param
    )
    return plan_host(name="harbor-01", cluster=cluster, cpus=2, memory_mib=4096, disk_gib=40)


def windows(text: str) -> set[str]:
    return {text[at : at + WINDOW] for at in range(len(text) - WINDOW + 1)}


def secret_windows(document: str) -> set[str]:
    """Of the private keys in the document, and of what base64 makes of the whole there."""
    found: set[str] = set()
    whole = base64_of(document)
    for key in KEY.finditer(document):
        for line in key[1].split():
            found |= windows(line)
        first, last = (len(document[:at].encode()) * 4 // 3 for at in key.span(1))
        found |= windows(whole[first + 4 : last - 4])
    # A key begins as every key does, and has the public half that is in its certificate.
    found -= windows(KEY.sub("", document)) | windows(PREAMBLE)
    assert found
    return found


@pytest.mark.parametrize(
    "fault",
    [
        {}, {"status": 422}, {"status": 400}, {"status": 409}, {"status": 403}, {"status": 500},
        {"status": 500, "times": 99}, {"drop_answer": True, "times": 3},
    ],
    ids=str,
)
def test_nothing_of_the_first_boot_document_is_kept(
    prism, host, carry_out, caplog, capfd, monkeypatch, fault
):
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "requests", "http.client"):
        caplog.set_level(logging.DEBUG, logger=name)
    sent = []
    respond = prism._reception.respond
    monkeypatch.setattr(
        prism._reception, "respond",
        lambda method, path, query, headers, raw: (
            sent.append(raw.decode()), respond(method, path, query, headers, raw)
        )[1],
    )
    prism.stop()
    prism.start()
    if fault:
        prism.fail_next(method="POST", path=CREATE, echo="status" in fault, **fault)

    ended = carry_out("make", host)

    document = document_in(sent)
    secret = secret_windows(document)
    places = {
        "the database": text_of_database(), "the application log": caplog.text,
        "the terminal": "".join(capfd.readouterr()), "the operation": repr(ended),
        "the steps": "\n".join(f"{s.reason}{s.detail}{s.facts}" for s in ended.steps.values()),
        "what the simulator keeps": json.dumps([e.as_json() for e in prism.journal]),
        "its tasks": repr(prism.tasks.all),
    }
    # JSON writes the end of a line as two letters: the second one belongs to no certificate.
    kept = {name: windows(text.replace(r"\n", "\n")) & secret for name, text in places.items()}
    assert {name: found for name, found in kept.items() if found} == {}
    assert "POST" in places["the application log"]
    assert all(windows(text) & secret for text in (document, base64_of(document)))


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def document_in(bodies: list[str]) -> str:
    """The first-boot document of the create call, of either API."""
    created = [body for body in map(_parsed, bodies) if "memorySizeBytes" in body
               or "memory_mb" in body]
    body = created[0]
    if "memory_mb" in body:
        return body["vm_customization_config"]["userdata"]
    script = body["guestCustomization"]["config"]["cloudInitScript"]["value"]
    return base64.b64decode(script).decode()


def _parsed(body: str) -> dict:
    return json.loads(body) if body else {}
