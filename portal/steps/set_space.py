"""Give a project the space that was asked for, unless somebody set another one meanwhile."""

from django.utils.translation import gettext as _

from lib.sizes import MIB, human
from operations.errors import StepFailed
from operations.run import Run
from portal.clients import harbor
from portal.kinds import QuotaWanted
from portal.models import Project
from portal.steps.wish import wish_of


def set_space(run: Run) -> None:
    """Raises StepFailed when Harbor has neither what was nor what is to be."""
    request, wanted = run.subject, wish_of(run)
    project = Project.objects.filter(
        team=request.team, instance=request.instance, name=wanted.project,
        state=Project.State.READY,
    ).first()
    space = harbor(run).space(project.harbor_id) if project else None
    if space is None:
        raise StepFailed(
            _("%(registry)s keeps no quota for %(project)s.")
            % {"registry": request.instance.registry_host, "project": wanted.project}
        )
    limit = wanted.quota_mib * MIB
    if space.limit == limit:
        run.log(f"{wanted.project} may hold {human(limit)}")
    elif not _is_as_seen(space.limit, wanted):
        raise StepFailed(
            _("The space of %(project)s was set to %(size)s in Harbor since this was asked for; it "
              "was left as it is.") % {"project": wanted.project, "size": _shown(space.limit)},
            advice=_("Ask anew, beginning with what is there now."),
        )
    else:
        run.checkpoint()
        harbor(run).set_space(space.number, limit)
        run.log(f"{wanted.project} may hold {human(limit)} now, was {_shown(space.limit)}")
    project.record(quota_mib=wanted.quota_mib)


def _is_as_seen(limit: int, wanted: QuotaWanted) -> bool:
    return limit == (wanted.was_mib * MIB if wanted.was_mib >= 0 else -1)


def _shown(limit: int) -> str:
    return human(limit) if limit >= 0 else "no limit"
