"""What is posted to the admin directly: actions of lists, fields of no form, autocompletes."""

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from tests.access.people import PEOPLE, browsers, person
from tests.access.test_every_address import ask
from tests.access.things import thing_of
from tests.test_admin_guards import EXPECTED, address, content, filled_in

pytestmark = pytest.mark.django_db

OPERATE, READ = {"ops", "administrator"}, {"ops", "auditor", "administrator"}
STAFF = READ | {"staff"}
# Who is offered the action of a list; nobody else is. A new action wants a line here.
ACTIONS = {
    ("nutanix.Prism", "test_connection"): OPERATE,
    ("nutanix.Prism", "read_their_clusters"): OPERATE,
    ("nutanix.Cluster", "read_again"): OPERATE,
    ("hosts.DockerHost", "make_and_connect"): OPERATE,
    ("hosts.DockerHost", "compare_now"): OPERATE,
    ("certificates.Certificate", "download_csv"): READ,
    ("certificates.Endpoint", "look_now"): OPERATE,
    ("certificates.Endpoint", "delete_selected"): OPERATE,
    ("certificates.SigningRequest", "delete_selected"): OPERATE,
    ("axes.AccessAttempt", "delete_selected"): {"administrator"},
    ("portal.Offer", "delete_selected"): {"administrator"},
    ("portal.ApprovalRule", "delete_selected"): {"administrator"},
    ("deployments.HarborInstance", "deploy_selected"): OPERATE,
    ("deployments.HarborInstance", "self_test_selected"): OPERATE,
}
# Which choices of a form are looked up while typing, and who may.
AUTOCOMPLETES = {
    ("certificates.Endpoint", "expected"): READ,
    ("deployments.HarborInstance", "owner"): READ,
    ("deployments.HarborInstance", "cluster"): READ,
    ("deployments.HarborInstance", "host"): READ,
    ("deployments.HarborInstance", "release"): READ,
    ("deployments.HarborInstance", "takes_over"): READ,
    ("deployments.HarborInstance", "volume_driver"): READ,
    ("hosts.VolumeDriver", "cluster"): READ,
    ("portal.Team", "group"): READ,
    ("portal.Offer", "instance"): READ,
    ("portal.Offer", "team"): READ,
    ("portal.ApprovalRule", "instance"): READ,
    ("portal.ApprovalRule", "team"): READ,
    ("portal.ApprovalRule", "approvers"): READ,
}
MODELS = pytest.mark.parametrize(
    "model", list(admin.site._registry), ids=lambda model: model._meta.label
)


def offered(model, name):
    request = RequestFactory().get("/")
    request.user = person(name)
    return set(admin.site._registry[model].get_actions(request))


@MODELS
def test_everybody_is_offered_the_actions_of_the_list(model):
    found = {}
    for name in STAFF:
        for action in offered(model, name):
            found.setdefault((model._meta.label, action), set()).add(name)

    assert found == {key: who for key, who in ACTIONS.items() if key[0] == model._meta.label}


@MODELS
def test_an_action_that_is_not_offered_does_nothing_when_posted(model):
    thing, people = thing_of(model._meta.label), browsers()
    page = address(model, "changelist")
    actions = [action for label, action in ACTIONS if label == model._meta.label]

    for name in PEOPLE:
        for action in actions or ["delete_selected"]:
            if name in ACTIONS.get((model._meta.label, action), ()):
                continue
            data = {"action": action, "_selected_action": [thing.pk], "post": "yes"}
            answer, changes = ask(people[name], "post", page, data)

            assert answer.status_code in (200, 302, 403), (name, action)
            assert not changes, (name, action)


def test_choices_are_looked_up_by_those_who_may_see_them():
    people, page = browsers(), reverse("admin:autocomplete")

    for (label, field), allowed in AUTOCOMPLETES.items():
        app, model = label.lower().split(".")
        asked = {"app_label": app, "model_name": model, "field_name": field, "term": ""}
        found = {name for name in PEOPLE if people[name].get(page, asked).status_code == 200}
        assert found == allowed, (label, field)


def test_every_autocomplete_has_a_line():
    found = {
        (model._meta.label, field)
        for model, page in admin.site._registry.items()
        for field in (*page.autocomplete_fields, *getattr(page, "raw_id_fields", ()))
    }

    assert found == set(AUTOCOMPLETES)


@MODELS
def test_no_other_field_of_a_model_can_be_looked_up(model):
    """Django looks up any relation of a registered model whose target can be searched."""
    nobody, page = browsers()["staff"], reverse("admin:autocomplete")

    for field in model._meta.get_fields():
        asked = {
            "app_label": model._meta.app_label, "model_name": model._meta.model_name,
            "field_name": field.name, "term": "",
        }
        assert nobody.get(page, asked).status_code == 403, field.name


def test_the_search_of_the_admin_finds_only_what_one_may_see():
    people, page = browsers(), reverse("admin:search")

    found = {name: people[name].get(page, {"s": "har", "extended": "1"}) for name in STAFF}

    assert {name for name, answer in found.items() if b"harborinstance" in answer.content} == READ


@MODELS
def test_fields_that_a_role_may_not_write_stay_when_they_are_posted(model):
    """Every field of the row at once, by its own name, in the form as it came."""
    thing, people = thing_of(model._meta.label), browsers()
    page = address(model, "change", thing.pk)
    allowed = EXPECTED[model].open - {"is_superuser"}

    for name in ("ops", "auditor", "administrator"):
        before = content(thing)
        form = people[name].get(page)
        data = filled_in(form, thing) if form.status_code == 200 else {}
        people[name].post(page, data | {"is_superuser": "on"})

        after = content(thing)
        changed = {field for field in before if before[field] != after[field]}
        assert changed <= (set() if name == "auditor" else allowed), name
