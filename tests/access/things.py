"""What is asked for in each room, owned by the blue team wherever something can be owned."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import admin
from django.db.models import Model
from django.utils import timezone

from certificates.authorities import ensure_console_authority
from operations.models import Operation
from portal import services
from portal.kinds import ProjectWanted
from portal.models import Handover, Offer, Request, Team
from tests.access.people import person, teams
from tests.deployments.rows import make_host, make_instance
from tests.test_admin_guards import EXPECTED, of_an_instance, signed

# Stands in the names and texts of what is blue's; nobody outside the team may read it.
MARK = "blue-secret-plans"

def wish_of_blue() -> Request:
    """Submitted by the requester, on a registry that answers nothing, with a secret that waits."""
    registry = make_instance(state="running", host=make_host(address="", state="ready"))
    team = Team.objects.get(group=teams()["blue"])
    Offer.objects.create(instance=registry, team=team)
    asking = person("requester")
    wanted = ProjectWanted(project="web", quota_mib=2048)
    wish = services.submit(
        services.draft(wanted, team=team, by=asking, instance=registry), by=asking
    )
    Request.objects.filter(pk=wish.pk).update(note=MARK)
    Handover.objects.create(
        request=wish, to=asking, login=MARK, secret=MARK, is_ready=True,
        wipe_at=timezone.now() + timedelta(days=7),
    )
    return wish


# Of rooms outside the admin; the others ask for no object.
_MAKERS: dict[str, Callable[[], Model]] = {
    "operations": of_an_instance(Operation, state="failed", kind="self-test"),
    "deployments": lambda: make_instance(state="running", host=make_host(), certificate=signed()),
    "certificates": ensure_console_authority,
    "admin": of_an_instance(Operation, state="failed", kind="self-test"),
    "portal": wish_of_blue,
    "config": of_an_instance(Operation, state="failed", kind="self-test"),
}
_TEXTS = ("name", "fqdn", "title", "subject_name", "common_name", "server_name", "reason")


def thing_of(room: str) -> Model | None:
    """An object of this room; all that it brought along is blue's, too, and carries the mark."""
    makers = _MAKERS | {
        model._meta.label: EXPECTED[model].make
        for model in admin.site._registry if model in EXPECTED
    }
    if room not in makers:
        return None
    thing = makers[room]()
    for model in admin.site._registry:
        if any(field.name == "owner" for field in model._meta.fields):
            _give_to_blue(model)
    thing.refresh_from_db()
    return thing


def _give_to_blue(model: type[Model]) -> None:
    fields = [field for field in model._meta.fields if field.name in _TEXTS and not field.unique]
    marks = {field.name: MARK for field in fields}
    for row in model._base_manager.all():
        model._base_manager.filter(pk=row.pk).update(owner=teams()["blue"], **marks)
