"""One person of each kind, as the access table names them."""

from django.contrib.auth.models import Group, User
from django.test import Client

from portal.models import Team
from portal.roles import ADMINISTRATORS, APPROVERS, AUDITORS, OPS

# The columns of table.txt, in its order. Blue owns what is asked for; red is another team.
PEOPLE = (
    "anonymous", "nobody", "staff", "requester", "stranger", "approver", "ops", "auditor",
    "administrator",
)
# Those who must not learn that blue's things exist.
OUTSIDERS = ("anonymous", "nobody", "staff", "stranger")
_ROLES = {
    "approver": APPROVERS, "ops": OPS, "auditor": AUDITORS, "administrator": ADMINISTRATORS,
}
_ENTER_THE_ADMIN = ("staff", "ops", "auditor", "administrator")


def teams() -> dict[str, Group]:
    """The groups of the two teams."""
    found = {}
    for name in ("blue", "red"):
        found[name], _ = Group.objects.get_or_create(name=f"team {name}")
        Team.objects.get_or_create(group=found[name], defaults={"name": name})
    return found


def browsers() -> dict[str, Client]:
    """A signed-in browser for each of PEOPLE."""
    return {name: _browser(name) for name in PEOPLE}


def _browser(name: str) -> Client:
    # A page that fails answers 500, as for people.
    browser = Client(raise_request_exception=False)
    if name != "anonymous":
        browser.force_login(person(name))
    return browser


def person(name: str) -> User:
    found, _ = User.objects.get_or_create(
        username=name, defaults={"is_staff": name in _ENTER_THE_ADMIN}
    )
    belongs = {"requester": teams()["blue"], "stranger": teams()["red"]}
    if name in _ROLES:
        belongs[name] = Group.objects.get(name=_ROLES[name])
    found.groups.set([belongs[name]] if name in belongs else [])
    return found
