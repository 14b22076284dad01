"""Make the project, once; one that a person made meanwhile is theirs."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from deployments.clients import ADMINISTRATOR
from lib.sizes import MIB, human
from operations.errors import StepFailed
from operations.run import Run
from portal.clients import harbor
from portal.kinds import ProjectWanted
from portal.models import Project
from portal.remarks import remark
from portal.steps.wish import wish_of


def make_project(run: Run) -> None:
    """The row first, then Harbor, then its number: whatever is lost between is found again."""
    wanted: ProjectWanted = wish_of(run)
    project, client = _planned(run, wanted), harbor(run)
    found = client.find_project(wanted.project)
    if found:
        _require_ours(run, project, found)
    else:
        # Known before the call: when its answer is lost, what is found afterwards is ours.
        run.record(asked=True)
        run.checkpoint()
        made = client.ensure_project(
            wanted.project, public=wanted.is_public, quota=wanted.quota_mib * MIB
        )
        found = client.find_project(wanted.project)
        if not made or found is None:
            raise _taken(run, project)
        run.log(f"Made the project {wanted.project} in {run.subject.instance.registry_host}")
    project.record(harbor_id=found["project_id"])
    _compare_space(run, wanted, found["project_id"])


def _planned(run: Run, wanted: ProjectWanted) -> Project:
    request = run.subject
    found = Project.objects.filter(request=request).exclude(state=Project.State.GONE).first()
    if found:
        return found
    try:
        with transaction.atomic():
            return Project.objects.create(
                team=request.team, instance=request.instance, request=request,
                name=wanted.project, quota_mib=wanted.quota_mib, is_public=wanted.is_public,
            )
    except IntegrityError:
        raise _elsewhere(wanted.project) from None


def _require_ours(run: Run, project: Project, found: dict[str, Any]) -> None:
    if project.harbor_id:
        if project.harbor_id != found["project_id"]:
            raise StepFailed(
                _("The project %(project)s was removed in Harbor and made anew by somebody.")
                % {"project": project.name},
                advice=_("Ask for another name, or remove it in Harbor when it is empty."),
            )
    elif not run.facts.get("asked") or found.get("owner_name", ADMINISTRATOR) != ADMINISTRATOR:
        raise _taken(run, project)
    run.log(f"The project {project.name} is there")


def _taken(run: Run, project: Project) -> StepFailed:
    """The name is free again for others here; what is there stays somebody else's."""
    project.record(state=Project.State.GONE)
    run.record(asked=False)
    return StepFailed(
        _("%(registry)s has a project %(project)s that was not made for this request; it was left "
          "as it is.")
        % {"registry": run.subject.instance.registry_host, "project": project.name},
        advice=_("Reject the name: ask for another one."),
    )


def _elsewhere(name: str) -> StepFailed:
    return StepFailed(
        _("A team has a project %(project)s on this registry.") % {"project": name},
        advice=_("Ask for another name."),
    )


def _compare_space(run: Run, wanted: ProjectWanted, project_id: int) -> None:
    space = harbor(run).space(project_id)
    if space is None or space.limit < 0:
        remark(run, _("Harbor sets no limit for %(project)s: quotas are switched off there.")
               % {"project": wanted.project})
    elif space.limit != wanted.quota_mib * MIB:
        remark(run, _("The space of %(project)s was set to %(size)s in Harbor meanwhile; it was "
                      "left as it is.")
               % {"project": wanted.project, "size": human(space.limit)})
    else:
        run.log(f"{wanted.project} may hold {human(space.limit)}")
