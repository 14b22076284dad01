"""The list as CSV: complete, streamed, and harmless in a spreadsheet."""

import csv
from datetime import UTC, datetime

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import Group, User
from django.urls import reverse

from certificates.models import Certificate
from certificates.report import csv_lines, safe_cells
from certificates.services import register_endpoint
from tests.certificates.rows import make_certificate_row


@async_to_sync
async def read(certificates):
    text = "".join([part async for part in csv_lines(certificates)])
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.django_db(transaction=True)
def test_lists_every_certificate_with_owner_and_endpoints():
    owner = Group.objects.create(name="platform")
    first = make_certificate_row(1, owner=owner)
    make_certificate_row(2)
    register_endpoint(address="a", port=443, server_name="a", expected=first)
    register_endpoint(address="b", port=443, server_name="b", expected=first)

    rows = {row["common name"]: row for row in read(Certificate.objects.all())}

    assert rows["host-1.example.com"]["owner"] == "platform"
    assert rows["host-1.example.com"]["endpoints"] == "2"
    assert rows["host-2.example.com"]["endpoints"] == "0"
    assert "-----BEGIN" not in str(rows)


@pytest.mark.django_db(transaction=True)
def test_a_name_that_looks_like_a_formula_stays_text():
    make_certificate_row(1, common_name="=cmd|' /C calc'!A0", sans=["+1", "@x"])

    row = read(Certificate.objects.all())[0]

    assert row["common name"].startswith("'=cmd")
    assert row["names and addresses"] == "'+1 @x"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_every_start_of_a_formula_is_quoted(start):
    assert safe_cells([f"{start}1"]) == [f"'{start}1"]


def test_plain_values_stay_as_they_are():
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    assert safe_cells(["reg.example.com", None, ["a", "b"], at, 7]) == [
        "reg.example.com", "", "a b", "2026-01-02T03:04:05+00:00", "7",
    ]


@pytest.mark.django_db(transaction=True)
async def test_the_admin_streams_the_chosen_rows(async_client):
    ada = await User.objects.acreate_superuser("ada")
    chosen = await sync_to_async(make_certificate_row)(1)
    await sync_to_async(make_certificate_row)(2)
    await async_client.aforce_login(ada)

    answer = await async_client.post(reverse("admin:certificates_certificate_changelist"), {
        "action": "download_csv", "_selected_action": [chosen.pk],
    })

    text = b"".join([part async for part in answer]).decode()
    assert answer.streaming
    assert "host-1.example.com" in text
    assert "host-2.example.com" not in text
