"""From the catalogue to a submitted request, and what is said while a form is written."""

import pytest
from django.urls import reverse

from portal import services
from portal.models import Project, Request
from tests.portal.conftest import a_project

pytestmark = pytest.mark.django_db
State = Request.State


def people(*rows, prefix="people"):
    """What a formset of these rows posts."""
    found = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        found |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return found


def project(registry, *members, **changes):
    return {"on": registry.uuid, "project": "web", "quota_gib": 2, "note": "", **people(*members),
            **changes}


@pytest.fixture
def ask(at, ada, team):
    """Post a form as Ada; the draft that came of it, or the page that says why not."""
    def post(kind, data, query=""):
        address = reverse("portal:ask", args=[team.uuid, kind]) + query
        answer = at(ada).post(address, data)
        return Request.objects.get() if answer.status_code == 302 else answer.content.decode()

    return post


@pytest.fixture
def web(team, registry, ada):
    """The team has a project on a Harbor that does not answer."""
    request = services.draft(a_project(), team=team, by=ada, instance=registry)
    made = Project.objects.create(team=team, instance=registry, request=request, name="web",
                                  quota_mib=2048, state="ready", members={"carl": "guest"})
    Request.objects.filter(pk=request.pk).update(state=State.DELIVERED)
    return made


def drafted():
    return Request.objects.get(state=State.DRAFT)


def test_a_form_becomes_a_draft_whose_page_says_what_will_happen(at, ada, ask, registry, tenants):
    member = {"name": "carl", "role": "guest", "email": "carl@example.com"}
    empty = {"name": "", "role": "developer", "email": ""}

    draft = ask("project", project(registry, member, empty, note="For the shop"))

    assert draft.state == State.DRAFT
    assert services.wanted_of(draft) == a_project(members=(member,))
    page = at(ada).get(reverse("portal:request", args=[draft.uuid])).content.decode()
    for said in ("Nothing has been asked for yet.", "carl (Guest)", "2.0 GiB", "For the shop",
                 "One of those who decide requests must agree.", "Submit the request"):
        assert said in page
    at(ada).post(reverse("portal:submit", args=[draft.uuid]))
    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED


def test_every_reason_against_it_stands_at_its_field(ask, registry):
    page = ask("project", project(
        registry, {"name": "a b", "role": "guest", "email": ""}, project="Web"
    ))

    assert 'id="id_project_error"' in page
    assert "“a b” is no user name." in page
    assert not Request.objects.exists()


def test_a_name_that_harbor_has_is_refused_before_it_is_asked_for(ask, registry, tenants):
    tenants.projects["web"] = {"project_id": 7, "project_name": "web"}

    assert "The registry has a project of this name." in ask("project", project(registry))


def test_a_registry_that_is_away_does_not_stop_the_wish(ask, registry):
    assert ask("project", project(registry)).state == State.DRAFT


def test_fields_that_no_form_has_count_for_nothing(ask, registry, team):
    draft = ask("project", project(registry, state="approved", requester=7, people=0, version=9))

    assert (draft.state, draft.version, draft.requester.username) == ("draft", 1, "ada")


def test_another_row_keeps_what_was_typed(ask, registry):
    rows = [{"name": "carl", "role": "guest", "email": ""}]

    page = ask("project", project(registry, *rows) | {"more-people": "1"})

    assert 'value="carl"' in page
    assert 'name="people-1-name"' in page
    assert not Request.objects.exists()


def test_the_project_is_chosen_first_and_one_is_no_question(at, ada, team, web):
    address = reverse("portal:ask", args=[team.uuid, "quota"])

    assert at(ada).get(address).url == f"{address}?on={web.uuid}"
    assert at(ada).get(f"{address}?on=nonsense").status_code == 302


def test_without_a_project_a_robot_is_put_off(at, ada, team):
    page = at(ada).get(reverse("portal:ask", args=[team.uuid, "robot"])).content.decode()

    assert "Ask for a project first" in page


def hidden_was(page):
    return page.partition('name="was" value="')[2].partition('"')[0]


def test_more_space_remembers_what_was_shown(at, ada, ask, team, web):
    address = reverse("portal:ask", args=[team.uuid, "quota"]) + f"?on={web.uuid}"
    page = at(ada).get(address).content.decode()
    assert "the registry was not reached" in page

    at(ada).post(address, {"quota_gib": 5, "was": hidden_was(page), "note": ""})

    assert drafted().data == {"project": "web", "quota_mib": 5120, "was_mib": 2048}


def test_what_was_shown_cannot_be_made_up(at, ada, team, web):
    address = reverse("portal:ask", args=[team.uuid, "quota"]) + f"?on={web.uuid}"

    page = at(ada).post(address, {"quota_gib": 5, "was": "1:forged", "note": ""}).content.decode()

    assert "Open this form again." in page


def test_members_who_change_or_leave_are_asked_for_and_others_left(at, ada, team, web):
    Project.objects.update(members={"carl": "guest", "dan": "developer", "eli": "guest"})
    address = reverse("portal:ask", args=[team.uuid, "membership"]) + f"?on={web.uuid}"
    page = at(ada).get(address).content.decode()
    today = people({"name": "carl", "role": "maintainer"}, {"name": "dan", "role": "remove"},
                   {"name": "eli", "role": "guest"}, {"name": "ben", "role": "remove"},
                   prefix="today")
    new = people({"name": "fay", "role": "guest", "email": ""})

    at(ada).post(address, {"was": hidden_was(page), "note": "", **today, **new})

    wanted = services.wanted_of(drafted())
    assert [(one.name, one.role) for one in wanted.put] == [("carl", "maintainer"),
                                                            ("fay", "guest")]
    assert wanted.remove == ("dan",)


def test_a_robot_for_the_projects_of_one_registry(at, ada, team, web, registry):
    address = reverse("portal:ask", args=[team.uuid, "robot"]) + f"?on={web.uuid}"
    assert 'value="web" id="id_projects_0" checked' in at(ada).get(address).content.decode()

    at(ada).post(address, {"robot": "ci", "projects": ["web"], "actions": ["pull", "push"],
                           "days": 30, "note": ""})

    assert drafted().instance == registry
    assert drafted().data["actions"] == ["pull", "push"]


def test_projects_of_others_cannot_be_named(at, ada, team, web):
    address = reverse("portal:ask", args=[team.uuid, "robot"]) + f"?on={web.uuid}"

    page = at(ada).post(address, {"robot": "ci", "projects": ["theirs"], "actions": ["pull"],
                                  "days": 30, "note": ""}).content.decode()

    assert "theirs is not one of the available choices" in page


def test_a_certificate_with_further_names(ask):
    draft = ask("certificate", {"fqdn": "ci.example.com", "names": "a.example.com\nb.example.com",
                                "days": 60, "csr": "", "note": ""})

    assert draft.data["names"] == ["a.example.com", "b.example.com"]
    assert draft.instance is None


def test_a_whole_registry_says_what_is_missing(ask):
    page = ask("registry", {"registry": "reg-9", "fqdn": "reg-9.example.com", "preset": "small",
                            "cluster": "", "note": ""})

    assert "This field is required." in page


def test_a_change_of_a_submitted_request_voids_what_was_agreed(at, ada, submitted, registry):
    address = reverse("portal:change", args=[submitted.uuid])
    assert "makes void what was agreed to" in at(ada).get(address).content.decode()

    at(ada).post(address, project(registry, quota_gib=9))

    submitted.refresh_from_db()
    assert (submitted.version, submitted.data["quota_mib"]) == (2, 9 * 1024)


@pytest.fixture
def check(at, ada, team):
    def get(what, **query):
        address = reverse(f"portal:check-{what}", args=[team.uuid])
        return at(ada).get(address, query).content.decode()

    return get


def test_names_are_checked_against_harbor_while_typing(check, registry, tenants):
    tenants.projects["taken"] = {"project_id": 7, "project_name": "taken"}
    on = registry.uuid

    assert "web is free on" in check("project", project="web", on=on)
    assert "has a project taken already" in check("project", project="taken", on=on)
    assert 'data-state="failed"' in check("project", project="Not a name", on=on)
    assert check("project", project="", on=on).strip() == ""


def test_people_are_checked_against_harbor_while_typing(check, registry, tenants):
    tenants.users["carl"] = {"comment": ""}
    ask = {"on": registry.uuid, "field": "people-0-name"}

    assert "knows carl" in check("person", **ask, **{"people-0-name": "carl"})
    assert "one will be made" in check("person", **ask, **{"people-0-name": "dan"})
    registry.record(auth_mode="oidc")
    assert "cannot become a member" in check("person", **ask, **{"people-0-name": "dan"})


def test_a_registry_that_is_away_or_not_theirs_is_not_asked(check, registry):
    assert "does not answer now" in check("project", project="web", on=registry.uuid)
    registry.offers.all().delete()
    assert check("project", project="web", on=registry.uuid).strip() == ""


def test_too_many_questions_are_put_off(check, registry, tenants, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache",
                                   "LOCATION": "throttled"}}
    for _ in range(60):
        check("project", project="web", on=registry.uuid)
    asked = len(tenants.requests)

    assert "Too many questions" in check("project", project="web", on=registry.uuid)
    assert len(tenants.requests) == asked
