"""Prism's own certificate is watched like every other one."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from certificates.models import Endpoint
from certificates.services import probe
from nutanix.models import Prism
from nutanix.services import verify
from nutanix.watching import watch

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(prism, settings):
    settings.PROBE_HOSTS_ALLOWED = ["127.0.0.1", "localhost"]
    return Prism.objects.create(
        name="prism-01", address=prism.url, username=prism.username, password=prism.password,
        ca_pem=prism.ca_pem,
    )


def test_a_tested_prism_is_watched_with_its_own_trust(row):
    verify(row)

    endpoint = Endpoint.objects.get()
    probe(endpoint)
    assert endpoint.subject == row
    assert (endpoint.state, endpoint.problem) == (Endpoint.State.EXPECTED, "")
    assert endpoint.served_until is not None


def test_a_pinned_prism_says_when_another_certificate_appears(row):
    row.fingerprint = "AB:" * 31 + "AB"
    watch(row)

    endpoint = Endpoint.objects.get()
    probe(endpoint)

    assert endpoint.state == Endpoint.State.OTHER


def test_an_address_that_prism_left_is_forgotten(row):
    watch(row)
    row.address = "https://prism.example.com:9440"

    watch(row)
    watch(row)

    assert [str(each) for each in Endpoint.objects.all()] == [
        "prism.example.com at prism.example.com:9440"
    ]


def test_a_deleted_connection_is_watched_no_longer(row):
    watch(row)
    client = Client()
    client.force_login(User.objects.create_superuser("ada"))

    client.post(f"/admin/nutanix/prism/{row.pk}/delete/", {"post": "yes"}, secure=True)

    assert not Prism.objects.exists()
    assert not Endpoint.objects.exists()
