"""How what was recorded leaves: one operation for all that waits, never one per mail."""

from django.utils.translation import gettext_lazy as _

from notices.sending import send_mail
from notices.services import SEND_EVERY_MINUTES, SEND_MAIL, is_anything_due
from operations.pipeline import Pipeline, Step

SENDING = Pipeline(
    kind=SEND_MAIL,
    title=_("Send mail"),
    subject_model="operations.Schedule",
    permission="notices.view_delivery",
    queue="quick",
    every_minutes=SEND_EVERY_MINUTES,
    wanted=is_anything_due,
    steps=(Step(slug="send-mail", title=_("Send what waits"), work=send_mail),),
)

PIPELINES = (SENDING,)
