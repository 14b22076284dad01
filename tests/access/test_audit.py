"""The record of changes: who, from which address, what was before and after, and never a secret."""

import json

import pytest
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import RequestFactory
from django.urls import reverse

from config.client_address import client_address
from config.roles import OPS
from deployments import services
from lib.fields import secret_fields
from operations.models import Operation
from tests.access.people import browsers
from tests.access.things import thing_of
from tests.deployments.rows import make_host, make_instance
from tests.test_admin_guards import EXPECTED, address, any_row, filled_in

pytestmark = pytest.mark.django_db

HERE = "192.0.2.77"
# What no person writes through a form: history itself, and what operations write.
WRITTEN_BY_NOBODY = {
    "auditlog.LogEntry", "axes.AccessAttempt", "axes.AccessLog", "axes.AccessFailureLog",
    "operations.Operation", "notices.Delivery",
}
CHANGEABLE = [model for model in admin.site._registry if EXPECTED.get(model) and
              EXPECTED[model].change]


def the_entry(**filters):
    return LogEntry.objects.filter(**filters).latest("pk")


@pytest.fixture
def ada():
    """A superuser at a known address."""
    browser = browsers()["administrator"]
    User.objects.filter(username="administrator").update(is_superuser=True)
    LogEntry.objects.all().delete()
    browser.defaults["REMOTE_ADDR"] = HERE
    return browser


def test_every_model_that_people_write_is_recorded():
    recorded = {model._meta.label for model in auditlog.get_models()}

    written = {model._meta.label for model in admin.site._registry}
    assert written - recorded == WRITTEN_BY_NOBODY


def test_every_secret_field_of_a_recorded_model_is_masked():
    for model in auditlog.get_models():
        assert set(secret_fields(model)) <= set(auditlog.get_model_fields(model)["mask_fields"])


@pytest.mark.parametrize("model", CHANGEABLE, ids=lambda model: model._meta.label)
def test_a_change_by_a_form_leaves_who_from_where_before_and_after(ada, model):
    thing = thing_of(model._meta.label)
    page, change = address(model, "change", thing.pk), EXPECTED[model].change
    field = next(iter(change))
    before = str(getattr(thing, field))
    LogEntry.objects.all().delete()

    assert ada.post(page, filled_in(ada.get(page), thing) | change).status_code == 302

    thing.refresh_from_db()
    entry = the_entry(object_pk=str(thing.pk), changes__has_key=field)
    assert (entry.actor.username, entry.remote_addr) == ("administrator", HERE)
    assert entry.changes_dict[field] == [before, str(getattr(thing, field))]


def test_a_new_password_is_on_record_without_a_word_of_it(ada):
    ben = User.objects.create_user("ben", password="the-first-password")

    ada.post(reverse("admin:auth_user_password_change", args=[ben.pk]), {
        "password1": "a-canary-of-a-password", "password2": "a-canary-of-a-password",
        "usable_password": "true",
    })

    ben.refresh_from_db()
    entry = the_entry(object_pk=str(ben.pk), action=LogEntry.Action.UPDATE)
    assert entry.changes_dict == {"password": ["•••", "•••"]}
    assert ben.password not in json.dumps(list(LogEntry.objects.values("changes")), default=str)


def test_who_was_given_which_role_is_on_record(ada):
    ben, ops = User.objects.create(username="ben"), Group.objects.get(name=OPS)

    ada.post(reverse("admin:auth_user_change", args=[ben.pk]), {
        "username": "ben", "is_active": "on", "groups": [ops.pk],
        "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00",
    })

    assert list(ben.groups.all()) == [ops]
    entry = next(e for e in LogEntry.objects.filter(object_pk=str(ben.pk)) if "groups" in e.changes)
    assert entry.changes_dict["groups"] == {"type": "m2m", "operation": "add", "objects": [OPS]}
    assert (entry.actor.username, entry.remote_addr) == ("administrator", HERE)


def test_who_started_cancelled_and_resumed_an_operation_is_on_record(ada):
    instance = make_instance(state="running", host=make_host())
    ada.post(reverse("admin:deployments_harborinstance_act", args=[instance.pk, "self-test"]))
    operation = Operation.objects.get()

    for act in ("cancel", "resume"):
        ada.post(reverse(f"operations:{act}", args=[operation.uuid]))

    entries = LogEntry.objects.get_for_object(operation).order_by("pk")
    assert [entry.action for entry in entries] == [0, 1, 1]
    assert [entry.changes_dict.get("state") for entry in entries] == [
        None, ["queued", "cancelled"], ["cancelled", "queued"],
    ]
    assert {(entry.actor.username, entry.remote_addr) for entry in entries} == {
        ("administrator", HERE)
    }


def test_what_the_console_starts_by_itself_is_told_by_its_log_alone():
    services.self_test(make_instance(state="running", host=make_host()), by=None)

    assert not LogEntry.objects.get_for_model(Operation).exists()


def test_letting_somebody_sign_in_again_is_on_record(ada):
    attempt = any_row(AccessAttempt)()

    ada.post(reverse("admin:axes_accessattempt_delete", args=[attempt.pk]), {"post": "yes"})

    entry = the_entry(action=LogEntry.Action.DELETE)
    assert entry.content_type.model == "accessattempt"
    assert (entry.actor.username, entry.remote_addr) == ("administrator", HERE)


@pytest.mark.parametrize(("proxies", "forwarded", "taken"), [
    (0, "203.0.113.9", HERE),  # the client's own invention
    (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
    (2, "198.51.100.1, 203.0.113.9, 192.0.2.8", "203.0.113.9"),
    (2, "203.0.113.9", HERE),  # did not come through both
    (1, "nonsense", HERE),
    (1, "", HERE),
])
def test_the_address_is_what_the_outermost_of_our_proxies_saw(settings, proxies, forwarded, taken):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=HERE)

    assert client_address(request) == taken


def test_the_page_shows_who_from_where_what_and_why(ada):
    instance = make_instance(host=make_host(), state="running", admin_password="canary-of-harbor")
    ada.post(reverse("admin:deployments_harborinstance_password", args=[instance.pk]),
             {"reason": "Audit of the year"})
    browser = browsers()["auditor"]

    listed = browser.get(reverse("admin:auditlog_logentry_changelist")).content.decode()
    entry = the_entry(action=LogEntry.Action.ACCESS)
    shown = browser.get(address(LogEntry, "change", entry.pk)).content.decode()

    assert HERE in listed
    assert all(part in shown for part in (HERE, "administrator", "Audit of the year"))
    assert "canary-of-harbor" not in shown + listed
