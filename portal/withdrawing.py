"""Takes back what was delivered before its end, and says beforehand what is lost by that."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates import services as certificates
from certificates.models import Certificate
from operations.errors import Refused
from operations.run import in_english
from portal import delivering, permissions, telling
from portal.kinds.robot import ACTIONS
from portal.models import Request, Robot
from portal.record import record_act

State = Request.State
# What is revoked here is no longer needed; a key that others know is ops' matter.
_REASON = Certificate.Reason.CESSATION


def withdraw(request: Request, *, by: AbstractBaseUser) -> Request:
    """Robot accounts are removed from Harbor by an operation, a certificate is revoked at once.

    Raises Refused, and ServiceError when the certificate cannot be revoked: then nothing changed.
    """
    request.refresh_from_db()
    if not permissions.may_withdraw(by, request):
        raise Refused(_("You may not withdraw %s.") % request)
    if request.kind == Request.Kind.CERTIFICATE:
        _revoke(request, by)
    for robot in request.robots.filter(state=Robot.State.READY):
        delivering.withdraw(robot, by=by)
    return request


def what_is_lost(request: Request) -> list[str]:
    """Sentences for who is about to withdraw it, in their language; asks the database only."""
    if request.kind == Request.Kind.CERTIFICATE:
        return _loss_of_certificate(request)
    robots = request.robots.filter(state=Robot.State.READY).select_related("instance")
    return [sentence for robot in robots for sentence in _loss_of_robot(robot)]


def _revoke(request: Request, by: AbstractBaseUser) -> None:
    """The list of revoked certificates and the request change together."""
    former = request.state
    with transaction.atomic():
        if not request.move(
            to=State.WITHDRAWN, only_from=(former,), remind_at=None,
            reason=in_english(gettext_lazy("Withdrawn by %s; the certificate is revoked."))
            % by.get_username(),
        ):
            raise Refused(_("It was decided or changed just now. Look again."))
        record_act(request, by, state=(former, State.WITHDRAWN))
        request.handovers.filter(wiped_at=None).update(secret="", wiped_at=timezone.now())
        certificates.revoke(request.certificate, _REASON)
        if by.pk != request.requester_id:
            telling.tell_requester(request)


def _loss_of_robot(robot: Robot) -> list[str]:
    facts = {
        "robot": robot, "registry": robot.instance.registry_host,
        "projects": ", ".join(robot.projects.values_list("name", flat=True)),
        "actions": ", ".join(str(ACTIONS.get(one, one)) for one in robot.actions),
    }
    return [
        _("%(robot)s is deleted on %(registry)s, and its secret with it.") % facts,
        _("It works in %(projects)s and may: %(actions)s. Whatever logs in with it is refused from "
          "then on.") % facts,
        _("Projects and images stay as they are."),
    ]


def _loss_of_certificate(request: Request) -> list[str]:
    certificate: Certificate = request.certificate
    facts = {
        "names": ", ".join(certificate.sans), "serial": certificate.serial,
        "reason": _REASON.label, "when": date_format(certificate.not_after, "DATETIME_FORMAT"),
    }
    sentences = [
        _("The certificate for %(names)s is revoked, with the reason: %(reason)s. Its serial "
          "number: %(serial)s.") % facts,
        _("Clients that read the revocation list refuse it as soon as they fetch the new one; "
          "others accept it until %(when)s, so take it off your server as well.") % facts,
    ]
    if request.handovers.filter(wiped_at=None).exists():
        sentences.append(_("Its private key, which nobody has taken yet, is wiped."))
    return sentences
