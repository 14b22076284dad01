"""Ends a delivery that failed and is not to be repeated: nothing half made is left behind."""

from django.utils import timezone

from certificates import services as certificates
from certificates.models import Certificate
from operations import services as operations
from portal.delivering import WITHDRAW_ROBOT
from portal.models import Project, Request, Robot


def give_up(request: Request) -> None:
    """Its secrets are wiped, its robot is removed from Harbor, its name is free again; what was
    signed for it already is revoked.

    A project that Harbor has made already is the team's: it was approved.
    """
    request.handovers.filter(wiped_at=None).update(secret="", wiped_at=timezone.now())
    if request.certificate:
        certificates.revoke(request.certificate, Certificate.Reason.CESSATION)
    planned = Project.objects.filter(request=request, state=Project.State.PLANNED)
    planned.filter(harbor_id=None).update(state=Project.State.GONE)
    planned.exclude(harbor_id=None).update(state=Project.State.READY)
    for robot in Robot.objects.filter(request=request).exclude(state=Robot.State.GONE):
        operations.start(
            WITHDRAW_ROBOT, robot, owner=robot.owner, parameters={"end": request.state}
        )
