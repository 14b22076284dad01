"""What each kind reads, refuses and says; whatever was posted."""

import pytest

from certificates.models import Endpoint
from certificates.problems import Refused
from portal.kinds import (
    KINDS,
    CertificateWanted,
    Member,
    MembershipWanted,
    Place,
    QuotaWanted,
    RegistryWanted,
    RobotWanted,
)
from portal.kinds.people import problems_with_members
from portal.models import Project, Team
from portal.services import draft, instances_for
from tests.deployments.rows import make_cluster, make_host, make_instance
from tests.portal.conftest import a_project, person

pytestmark = pytest.mark.django_db

EXAMPLES = [
    a_project(members=[Member(name="carl", role="guest", email="c@example.com")]),
    MembershipWanted(project="web", put=[Member(name="carl")], remove=["dan"],
                     was={"dan": "guest"}),
    QuotaWanted(project="web", quota_mib=2, was_mib=1),
    RobotWanted(robot="ci", projects=["web", "api"], actions=["pull", "push"]),
    CertificateWanted(fqdn="app.example.com", names=["b.example.com"]),
    RegistryWanted(registry="team-a", fqdn="a.example.com", cluster="c"),
]
STRANGE = (None, 7, -1.5, "web", "", [], [1], {"a": 1}, {"a": "b"}, True, [[]], "\x00", "é" * 9)


@pytest.mark.parametrize("wanted", EXAMPLES, ids=lambda wanted: wanted.kind)
def test_what_is_stored_is_read_again(wanted):
    assert KINDS[wanted.kind].of(wanted.as_data()) == wanted
    assert wanted.name
    assert all(line.label and str(line.value) for line in wanted.summary() if line.label != (
        "Cluster"))


@pytest.mark.parametrize("wanted", EXAMPLES, ids=lambda wanted: wanted.kind)
def test_whatever_is_posted_is_read_or_refused_and_judged(wanted, team, registry):
    place = Place(team=team, instance=registry)
    for name in wanted.as_data():
        for value in STRANGE:
            try:
                posted = type(wanted).of(wanted.as_data() | {name: value})
            except Refused:
                continue
            assert all(isinstance(problem, str) for problem in posted.problems(place))
            posted.summary()
    with pytest.raises(Refused, match="has no"):
        type(wanted).of(wanted.as_data() | {"requester": 1})


@pytest.mark.parametrize("name", ["a b", "", "a,b", "x" * 256, "~a", "{a}", "a=b", "../admin"])
def test_names_that_harbor_or_its_filters_would_misread_are_no_names(name):
    assert problems_with_members((Member(name=name),))


def test_what_other_teams_have_is_not_there(team, registry, ada):
    others = Team.objects.create(name="Bakers", group=person("bea").groups.create(name="bakers"))
    request = draft(a_project(), team=team, by=ada, instance=registry)
    Project.objects.create(
        team=others, instance=registry, name="bread", quota_mib=1, state="ready", request=request
    )
    place = Place(team=team, instance=registry)

    for wanted in (
        QuotaWanted(project="bread", quota_mib=9, was_mib=1),
        RobotWanted(robot="ci", projects=["bread"]),
        MembershipWanted(project="bread", put=[Member(name="ada")]),
    ):
        assert any("has no project" in problem for problem in wanted.problems(place))
    assert any("has a project" in p for p in a_project(project="bread").problems(place))


def test_only_owned_and_offered_registries_in_use_can_be_chosen(team, registry):
    def another(name, **changes):
        return make_instance(**{
            "name": name, "fqdn": f"{name}.example.com", "state": "running", "cluster": None,
            "host": make_host(name=name),
        } | changes)

    hidden = another("hidden")
    own = another("own", owner=team.group)
    another("draft", owner=team.group, state="draft")

    assert set(instances_for(team)) == {registry, own}
    assert hidden not in instances_for(team)


@pytest.mark.parametrize("name", [
    "registry.example.com", "*.example.com", "console.example.com",
    "8f7c.host.slipway.internal", "*.host.slipway.internal", "shop.example.org",
])
def test_nobody_gets_a_certificate_for_a_name_that_others_answer_to(
    team, registry, settings, name
):
    settings.CONSOLE_URL = "https://console.example.com:8443"
    Endpoint.objects.create(address="192.0.2.7", server_name="shop.example.org")
    place = Place(team=team)

    wanted = CertificateWanted(fqdn="app.example.net", names=[name])

    assert [str(p) for p in wanted.problems(place)] == [f"“{name}” is somebody else's name."]
    assert CertificateWanted(fqdn="*.app.example.com").problems(place) == []
    registry.record(owner=team.group)
    Endpoint.objects.update(owner=team.group)
    # Its own, from now on; the wildcard would still cover the console.
    own = name in ("registry.example.com", "shop.example.org")
    assert bool(wanted.problems(place)) != own


def test_a_registry_is_judged_like_one_of_ops(team, registry):
    cluster = make_cluster()
    place = Place(team=team)
    wanted = RegistryWanted(registry="team-a", fqdn="a.example.com", cluster=str(cluster.uuid))

    assert wanted.problems(place) == []
    assert wanted.size == 117
    taken = RegistryWanted(registry="acme", fqdn="acme", cluster=str(cluster.uuid))
    assert {problem.part for problem in taken.problems(place)} == {"registry", "fqdn"}
