"""Registering a Prism in three steps, by somebody who knows only its address and a login."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from nutanix.models import Cluster, Prism

STEPS = {step: f"admin:nutanix_prism_{step}" for step in ("connect", "trust", "login")}


def post(ada, step, **data):
    return ada.post(reverse(STEPS[step]), data, secure=True)


def shown(ada, step):
    return ada.get(reverse(STEPS[step]), secure=True).content.decode()


def errors(answer):
    return str(dict(answer.context["form"].errors))


@pytest.fixture
def served(prism):
    """The fingerprint that the page shows."""
    from nutanix.prism.trust import served_by

    return served_by(prism.url).fingerprint


@pytest.mark.parametrize(("role", "kind"), [("pc", "pc_v4"), ("pe", "pe_v2")])
def test_from_an_address_to_a_cluster_with_its_defaults(ada, prism, served, role, kind):
    prism.knobs.role = role
    assert ada.get(reverse("admin:nutanix_prism_add"), secure=True).url == reverse(STEPS["connect"])

    assert post(ada, "connect", name="main", address=prism.url).url == reverse(STEPS["trust"])
    assert served in shown(ada, "trust")
    assert post(ada, "trust", fingerprint=served, by="fingerprint").url == reverse(STEPS["login"])
    answer = post(ada, "login", username=prism.username, password=prism.password)

    row, cluster = Prism.objects.get(), Cluster.objects.get()
    assert (row.kind, row.fingerprint, row.problem) == (kind, served, "")
    assert row.verified_at
    assert answer.url == reverse("admin:nutanix_cluster_change", args=[cluster.pk])
    assert cluster.missing_defaults() == []


def test_by_the_ca_that_signed_it(ada, prism, served):
    post(ada, "connect", name="main", address=prism.url)

    answer = post(ada, "trust", fingerprint=served, by="ca", ca_pem=prism.ca_pem)

    assert answer.url == reverse(STEPS["login"])
    post(ada, "login", username=prism.username, password=prism.password)
    assert Prism.objects.get().ca_pem.strip() == prism.ca_pem.strip()


@pytest.mark.parametrize("pem", ["", "hello"])
def test_a_ca_that_did_not_sign_it_is_told(ada, prism, served, pem):
    post(ada, "connect", name="main", address=prism.url)

    answer = post(ada, "trust", fingerprint=served, by="ca", ca_pem=pem)

    assert answer.status_code == 200
    assert errors(answer)


def test_another_certificate_than_the_shown_one_is_not_waved_through(ada, prism):
    post(ada, "connect", name="main", address=prism.url)

    answer = post(ada, "trust", fingerprint="AB:" * 31 + "AB", by="fingerprint")

    assert "Another certificate is served now" in errors(answer)


def test_an_address_without_a_prism_is_told_beside_it(ada, prism):
    answer = post(ada, "connect", name="main", address="https://127.0.0.1:1")

    assert "Nothing at https://127.0.0.1:1 shows a certificate" in errors(answer)
    assert "Write the address like" in errors(post(ada, "connect", name="b", address="http://x"))


def test_the_missing_right_is_named_and_nothing_is_kept(ada, prism, served):
    prism.add_user("helper", "helper-1234", denied={"volumes"})
    post(ada, "connect", name="main", address=prism.url)
    post(ada, "trust", fingerprint=served, by="fingerprint")

    answer = post(ada, "login", username="helper", password="helper-1234")

    assert "does not allow our user to" in errors(answer)
    assert "volume groups" in errors(answer)
    assert not Prism.objects.exists()
    assert "refuses our user name" in errors(post(ada, "login", username="a", password="wrong"))
    assert "Give a user name" in errors(post(ada, "login", username=""))


def test_no_credential_waits_in_the_session(ada, prism, served):
    post(ada, "connect", name="main", address=prism.url)
    post(ada, "trust", fingerprint=served, by="fingerprint")
    post(ada, "login", username=prism.username, password="wrong-but-secret")

    kept = [session.get_decoded() for session in Session.objects.all()]

    assert prism.url in str(kept)
    assert "wrong-but-secret" not in str(kept)


def test_a_step_too_far_leads_back(ada, db):
    for step in ("trust", "login"):
        answer = ada.get(reverse(STEPS[step]), secure=True)
        assert answer.url == reverse(STEPS["connect"])


def test_who_may_not_add_one_sees_no_step(db):
    ben = get_user_model().objects.create(username="ben", is_staff=True)
    ben.user_permissions.add(Permission.objects.get(codename="view_prism"))
    client = Client()
    client.force_login(ben)

    for step in STEPS.values():
        assert client.get(reverse(step), secure=True).status_code == 403


def test_clusters_are_read_again_by_the_clock(ada, prism):
    from operations import runner, schedules
    from operations.models import Operation, Schedule

    row = Prism.objects.create(
        name="main", address=prism.url, username=prism.username, password=prism.password,
        ca_pem=prism.ca_pem,
    )
    schedules.ensure_schedules()
    schedules.start_what_is_due()
    operation = Operation.objects.get(kind="read-clusters")

    runner.execute(operation.pk, threads=False)

    operation.refresh_from_db()
    assert operation.state == "succeeded", operation.reason
    assert Cluster.objects.get().prism == row
    assert Schedule.objects.get(slug="read-clusters").every_minutes == 60
