"""The step that sends what waits, over one connection to the mail server."""

from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from notices.models import Delivery
from operations.errors import StepFailed
from operations.models import LogLine
from operations.run import Run

_AT_ONCE = 200
_WORTH_SENDING = timedelta(days=14)


def send_mail(run: Run) -> None:
    """Every delivery that is due, each claimed on its own: two senders never send one twice."""
    if not settings.EMAIL_URL:
        run.log("No mail server is set (EMAIL_URL): the notices wait.", LogLine.Level.WARNING)
        return
    _give_up_what_is_old(run)
    connection = get_connection()
    sent, failed = 0, 0
    try:
        while due := _due():
            for delivery in due:
                run.checkpoint()
                _require_server(connection)
                if delivery.claim():
                    went = _send(run, delivery, connection)
                    sent, failed = sent + went, failed + (not went)
    finally:
        _close_quietly(connection)
    run.log(f"Sent {sent} mails, {failed} did not leave")


def _due() -> list[Delivery]:
    return list(Delivery.objects.due().order_by("next_at")[:_AT_ONCE])


def _give_up_what_is_old(run: Run) -> None:
    """A server that is set after weeks must not send what nobody can use any more."""
    old = Delivery.objects.due().filter(created_at__lt=timezone.now() - _WORTH_SENDING)
    given_up = old.update(
        state=Delivery.State.FAILED, problem=f"It waited more than {_WORTH_SENDING.days} days."
    )
    if given_up:
        run.log(f"Gave up {given_up} old mails", LogLine.Level.WARNING)


def _require_server(connection: BaseEmailBackend) -> None:
    """Open the connection, once for all mails. Raises StepFailed; what waits is put off."""
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        for delivery in _due():
            if delivery.claim():
                delivery.note_problem(f"The mail server does not take mail: {error}")
        raise StepFailed(
            f"The mail server {settings.EMAIL_HOST} does not take mail.", detail=str(error),
            advice="Check EMAIL_URL and the server. The mails wait and are tried again.",
        ) from error


def _send(run: Run, delivery: Delivery, connection: BaseEmailBackend) -> bool:
    headers = {"Message-ID": f"<{delivery.uuid}@slipway>", "Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(
            delivery.subject, delivery.text, to=[delivery.address], headers=headers,
            connection=connection,
        ).send()
    except (OSError, SMTPException, ValueError) as error:
        _close_quietly(connection)
        run.log(f"No mail to {delivery.address}: {error}", LogLine.Level.WARNING)
        delivery.note_problem(_sentence(delivery, error))
        return False
    delivery.note_sent()
    return True


def _close_quietly(connection: BaseEmailBackend) -> None:
    """After an error the dialogue may be anywhere: the next mail begins a new one."""
    try:
        connection.close()
    except (OSError, SMTPException):
        connection.connection = None


def _sentence(delivery: Delivery, error: Exception) -> str:
    if isinstance(error, SMTPRecipientsRefused):
        return f"The mail server refuses the address {delivery.address}: {error}"
    return f"The mail server did not take it: {error}"
