"""How what was approved is delivered, and what the clock does; to be read from top to bottom."""

from django.utils.translation import gettext_lazy as _

from operations.models import Operation
from operations.pipeline import Claimed, Pipeline, Step
from operations.run import Run
from portal.clock import (
    end_delivered,
    end_undecided,
    is_anything_due,
    remind,
    settle_lost,
    wipe_secrets,
)
from portal.delivering import WITHDRAW_ROBOT, kind_of_delivery
from portal.measuring import is_anything_to_measure, measure_use
from portal.models import Request
from portal.steps.check_delivery import check_delivery
from portal.steps.make_accounts import make_accounts
from portal.steps.make_project import make_project
from portal.steps.put_members import put_members
from portal.steps.robots import (
    end_former,
    keep_secret,
    make_robot,
    remove_robot,
    set_secret,
    try_login,
)
from portal.steps.set_space import set_space
from portal.steps.sign_certificate import sign_certificate

_OPERATE = "portal.operate_request"
Kind = Request.Kind


def _claims(operation: Operation) -> list[Claimed]:
    """The registry together with others, the projects alone."""
    request: Request = operation.subject
    data = request.data
    names = data.get("projects") or [data["project"]]
    key = request.instance.uuid
    return [
        Claimed(key=f"instance:{key}", shared=True),
        *(Claimed(key=f"project:{key}/{name}") for name in names),
    ]


def _claims_of_robot(operation: Operation) -> list[Claimed]:
    robot = operation.subject
    return [
        Claimed(key=f"instance:{robot.instance.uuid}", shared=True),
        *(Claimed(key=project.claim) for project in robot.projects.select_related("instance")),
    ]


def _replaces_another(run: Run) -> bool:
    return bool(run.subject.data.get("replaces"))


def _delivery(kind: str, title: object, *steps: Step) -> Pipeline:
    return Pipeline(
        kind=kind_of_delivery(kind), title=title, subject_model="portal.Request",
        permission=_OPERATE, claims=_claims,
        steps=(
            Step(slug="check-delivery", title=_("Ask the registry"), work=check_delivery), *steps,
        ),
    )


_ACCOUNTS = Step(slug="make-accounts", title=_("Make accounts"), work=make_accounts)
_MEMBERS = Step(slug="put-members", title=_("Give people their roles"), work=put_members)

DELIVER_PROJECT = _delivery(
    Kind.PROJECT, _("Deliver a project"),
    Step(slug="make-project", title=_("Make the project"), work=make_project),
    _ACCOUNTS,
    _MEMBERS,
)
DELIVER_MEMBERSHIP = _delivery(
    Kind.MEMBERSHIP, _("Deliver a change of members"), _ACCOUNTS, _MEMBERS
)
DELIVER_QUOTA = _delivery(
    Kind.QUOTA, _("Deliver space"),
    Step(slug="set-space", title=_("Set the space"), work=set_space),
)
DELIVER_ROBOT = _delivery(
    Kind.ROBOT, _("Deliver a robot account"),
    Step(slug="keep-secret", title=_("Keep a secret"), work=keep_secret),
    Step(slug="make-robot", title=_("Make the account"), work=make_robot),
    Step(slug="set-secret", title=_("Set the secret"), work=set_secret),
    Step(slug="try-login", title=_("Log in with it"), work=try_login),
    Step(slug="end-former", title=_("Set the end of the former account"), work=end_former,
         needed=_replaces_another),
)

DELIVER_CERTIFICATE = Pipeline(
    kind=kind_of_delivery(Kind.CERTIFICATE),
    title=_("Deliver a certificate"),
    subject_model="portal.Request",
    permission=_OPERATE,
    steps=(Step(slug="sign-certificate", title=_("Sign it"), work=sign_certificate),),
)

REMOVE_ROBOT = Pipeline(
    kind=WITHDRAW_ROBOT,
    title=_("Remove a robot account"),
    subject_model="portal.Robot",
    permission=_OPERATE,
    claims=_claims_of_robot,
    steps=(Step(slug="remove-robot", title=_("Remove it from Harbor"), work=remove_robot),),
)

WATCH_REQUESTS = Pipeline(
    kind="watch-requests",
    title=_("Look after requests"),
    subject_model="operations.Schedule",
    permission=_OPERATE,
    queue="quick",
    every_minutes=5,
    wanted=is_anything_due,
    steps=(
        Step(slug="settle-lost", title=_("Take over lost ends"), work=settle_lost),
        Step(slug="end-undecided", title=_("End what nobody decided"), work=end_undecided),
        Step(slug="remind", title=_("Remind"), work=remind),
        Step(slug="end-delivered", title=_("End what is over"), work=end_delivered),
        Step(slug="wipe-secrets", title=_("Wipe old secrets"), work=wipe_secrets),
    ),
)

MEASURE_USE = Pipeline(
    kind="measure-use",
    title=_("Measure what projects use"),
    subject_model="operations.Schedule",
    permission=_OPERATE,
    queue="quick",
    every_minutes=60,
    wanted=is_anything_to_measure,
    steps=(Step(slug="measure-use", title=_("Ask each registry"), work=measure_use),),
)

PIPELINES = (
    DELIVER_PROJECT, DELIVER_MEMBERSHIP, DELIVER_QUOTA, DELIVER_ROBOT, DELIVER_CERTIFICATE,
    REMOVE_ROBOT, WATCH_REQUESTS, MEASURE_USE,
)
