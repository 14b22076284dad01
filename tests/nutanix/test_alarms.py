"""A refused login or certificate is an alarm, whoever met it, until the next call succeeds."""

import pytest
from django.urls import reverse

from nutanix.models import Cluster, Prism
from nutanix.prism.errors import CertificateChanged, WrongPassword
from nutanix.services import read_clusters
from tests.hosts.conftest import cluster_behind


@pytest.fixture(params=["pc_v4", "pe_v2"])
def row(request, prism, db):
    prism.knobs.role = {"pc_v4": "pc", "pe_v2": "pe"}[request.param]
    return cluster_behind(
        prism.url, prism.ca_pem, prism.username, prism.password, kind=request.param
    ).prism


def as_stored(row):
    return Prism.objects.get(pk=row.pk)


def ask(row):
    """As an operation does: a row read anew, any call."""
    with as_stored(row).client() as client:
        return client.clusters()


@pytest.fixture
def refused(row, prism):
    row.password = "changed-by-somebody"
    row.save()
    with pytest.raises(WrongPassword):
        ask(row)
    return row


def test_a_refused_login_is_kept(refused):
    known = as_stored(refused)

    assert known.alarmed
    assert "refuses our user name or password" in known.problem


def test_a_changed_certificate_is_kept(row):
    row.fingerprint = "ab" * 32
    row.save()

    with pytest.raises(CertificateChanged):
        ask(row)

    assert as_stored(row).alarmed
    assert "not the one that was confirmed" in as_stored(row).problem


def test_the_next_success_clears_it(refused, prism):
    refused.password = prism.password
    refused.save(update_fields=["password"])

    read_clusters(as_stored(refused))

    assert (as_stored(refused).alarmed, as_stored(refused).problem) == (False, "")


def test_nothing_is_written_while_nothing_changes(refused, prism, django_assert_num_queries):
    known = as_stored(refused)
    with known.client() as client, django_assert_num_queries(0), pytest.raises(WrongPassword):
        client.clusters()
    Prism.objects.update(alarmed=False, problem="", password="")
    known = as_stored(refused)
    known.password = prism.password
    with known.client() as client, django_assert_num_queries(0):
        client.clusters()


def test_a_missing_right_is_not_disproved_by_another_call(row):
    Prism.objects.update(problem="prism does not allow our user to create machines.")

    ask(row)

    assert "does not allow" in as_stored(row).problem


def test_it_is_shown_where_people_look(refused, ada):
    cluster = Cluster.objects.get()

    for address in (
        reverse("admin:index"), reverse("admin:nutanix_prism_change", args=[refused.pk]),
        reverse("admin:nutanix_cluster_change", args=[cluster.pk]),
    ):
        text = ada.get(address).content.decode()
        assert "no longer trust each other" in text, address
        assert "refuses our user name or password" in text
    assert "Refused" in ada.get(reverse("admin:nutanix_cluster_changelist")).content.decode()
