"""What there is already, for those who decide: in the page and in the mail."""

from django.utils.translation import gettext as _

from lib.sizes import MIB, human
from portal.choices import projects_of, room_of
from portal.kinds import Line
from portal.models import Request


def what_is_there(request: Request) -> list[Line]:
    """What the team has, and what its registry can still promise; asks the database only."""
    had = projects_of(request.team)
    lines = [Line(_("The team has"), _("%(projects)d projects, %(robots)d robot accounts") % {
        "projects": had.count(),
        "robots": request.team.robots.filter(state="ready").count(),
    })]
    if request.instance is None:
        return lines
    there = had.filter(instance=request.instance).order_by("name")[:20]
    if there:
        lines.append(Line(_("On this registry"), ", ".join(
            f"{project.name} ({human(project.quota_mib * MIB)})" for project in there
        )))
    room = room_of(request.instance)
    return [
        *lines,
        Line(_("Promised"), _("%(promised)s of %(total)s, and %(asked)s are asked for") % {
            "promised": human(room.promised), "total": human(room.total),
            "asked": human(room.asked),
        }),
    ]
