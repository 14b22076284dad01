"""A robot account: its secret is kept first, so that no lost answer can lose it."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from deployments.models import HarborInstance
from lib.passwords import new_password
from operations.errors import StepFailed
from operations.run import Run
from portal.clients import harbor, registry_as
from portal.handing import keep
from portal.kinds import RobotWanted
from portal.models import Handover, Project, Request, Robot
from portal.steps.wish import wish_of

_SECRET_LENGTH = 32


def keep_secret(run: Run) -> None:
    """The row of the robot, and a secret that Harbor does not know yet."""
    request, wanted = run.subject, wish_of(run)
    projects = list(Project.objects.filter(
        team=request.team, instance=request.instance, name__in=wanted.projects,
        state=Project.State.READY,
    ))
    if missing := set(wanted.projects) - {project.name for project in projects}:
        raise StepFailed(
            _("The team has no project %(project)s any more.")
            % {"project": ", ".join(sorted(missing))}
        )
    robot, _is_new = Robot.objects.get_or_create(request=request, defaults={
        "team": request.team, "instance": request.instance, "name": wanted.robot,
        "actions": list(wanted.actions), "replaces": _replaced(request, wanted),
    })
    robot.projects.set(projects)
    _kept(robot)
    run.log(f"A secret for {wanted.robot} is kept, to be seen once")


def make_robot(run: Run) -> None:
    """Found by its mark when it was made already; one of that name without it is not ours."""
    wanted, client = wish_of(run), harbor(run)
    robot = Robot.objects.get(request=run.subject)
    found = _find(run, robot, wanted)
    if found is None:
        run.checkpoint()
        found = client.make_robot(
            wanted.robot, projects=wanted.projects, actions=wanted.actions, days=wanted.days,
            description=robot.mark,
        )
        run.keep_secret(found.get("secret"))
        run.log(f"Made the robot account {found['name']}")
    else:
        run.log(f"The robot account {found['name']} is there")
    robot.record(
        harbor_id=found["id"], login=found["name"],
        expires_at=datetime.fromtimestamp(found["expires_at"], UTC),
    )
    Handover.objects.filter(robot=robot).update(login=found["name"])


def set_secret(run: Run) -> None:
    """What Harbor made up is replaced by what is kept here."""
    wish_of(run)  # of one that was given up no secret is made any more
    robot = Robot.objects.get(request=run.subject)
    kept = _kept(robot)
    run.keep_secret(kept.secret)
    run.checkpoint()
    harbor(run).set_robot_secret(robot.harbor_id, kept.secret)
    run.log(f"{robot.login} has the secret that is kept")


def try_login(run: Run) -> None:
    """The robot logs in, and may do in each project what was asked for."""
    robot = Robot.objects.select_related("instance").get(request=run.subject)
    if robot.handover.wiped_at:  # while the delivery lay failed after its secret was set
        set_secret(run)
        robot.handover.refresh_from_db()
    run.keep_secret(robot.handover.secret)
    # The registry's own words: deleting is asked for at the API, not there.
    wanted = {"pull"} | {"push"} & set(robot.actions)
    with registry_as(robot.instance, robot.login, robot.handover.secret) as registry:
        for project in robot.projects.all():
            repository = f"{project.name}/slipway-login"
            granted = registry.token(repository, sorted(wanted)).actions.get(
                repository, frozenset()
            )
            if not wanted & {"pull", "push"} <= granted:
                raise StepFailed(
                    _("%(robot)s may not do in %(project)s what was asked for, only: %(actions)s.")
                    % {"robot": robot.login, "project": project.name,
                       "actions": ", ".join(sorted(granted)) or "-"},
                    advice=_("Look at the robot's permissions in Harbor."),
                )
    robot.record(state=Robot.State.READY)
    run.log(f"{robot.login} logged in and may {', '.join(robot.actions)}")


def end_former(run: Run) -> None:
    """The account that is replaced ends after the overlap, never later than it would."""
    wanted: RobotWanted = wish_of(run)
    former = Robot.objects.get(request=run.subject).replaces
    if former is None or former.state == Robot.State.GONE:
        run.log("The account that was to be replaced is gone already")
        return
    end = timezone.now() + timedelta(days=wanted.overlap_days)
    if former.expires_at is None or end < former.expires_at:
        former.record(expires_at=end)
        Request.objects.filter(pk=former.request_id).update(expires_at=end)
    run.log(f"{former.login} ends on {former.expires_at:%Y-%m-%d %H:%M} UTC")


def remove_robot(run: Run) -> None:
    """Only the account with our mark; its request ends with it."""
    robot = run.subject
    if robot.instance.state != HarborInstance.State.RETIRED:
        number = robot.harbor_id or _number_of_lost(run, robot)
        run.checkpoint()
        if number:
            harbor(run).delete_robot(number)
    robot.record(state=Robot.State.GONE)
    run.log(f"{robot.login or robot.name} is gone from {robot.instance.registry_host}")
    robot.request.move(
        to=run.parameters.get("end", Request.State.WITHDRAWN), only_from=Request.IN_USE
    )


def _kept(robot: Robot) -> Handover:
    return keep(
        robot.request, robot.login, to=robot.request.requester, robot=robot,
        make=partial(new_password, _SECRET_LENGTH),
    )


def _find(run: Run, robot: Robot, wanted: RobotWanted) -> dict[str, Any] | None:
    there = harbor(run).robots(_project_number(robot))
    ours = next((one for one in there if one.get("description") == robot.mark), None)
    names = (f"+{wanted.robot}", f"${wanted.robot}")
    if ours is None and any(one["name"].endswith(names) for one in there):
        raise StepFailed(
            _("Harbor has a robot account %(robot)s that was not made for this request; it was "
              "left as it is.") % {"robot": wanted.robot}, advice=_("Ask for another name."),
        )
    return ours


def _number_of_lost(run: Run, robot: Robot) -> int | None:
    """Of one that was made, but whose answer never came."""
    there = harbor(run).robots(_project_number(robot))
    return next((one["id"] for one in there if one.get("description") == robot.mark), None)


def _project_number(robot: Robot) -> int | None:
    """None for a robot of several projects: Harbor lists those together."""
    projects = list(robot.projects.all()[:2])
    return projects[0].harbor_id if len(projects) == 1 else None


def _replaced(request: Request, wanted: RobotWanted) -> Robot | None:
    if not wanted.replaces:
        return None
    return Robot.objects.filter(
        team=request.team, instance=request.instance, uuid=wanted.replaces
    ).first()
