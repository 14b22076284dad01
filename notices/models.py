"""What people were told: a notice is told to an address once, a delivery is the mail it went in."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# How long after each try the next one comes; after the last there is none.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720, 1440))
# A process that has been sending for so long is gone.
_SENDING_ENDS = timedelta(minutes=15)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self) -> "DeliveryQuerySet":
        """To be sent now, also those whose sender has vanished."""
        now = timezone.now()
        return self.filter(
            Q(state=Delivery.State.WAITING, next_at__lte=now)
            | Q(state=Delivery.State.SENDING, next_at__lte=now - _SENDING_ENDS)
        )


class Delivery(models.Model):
    """One mail to one address, and how it fares."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Given up")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.SlugField(_("about"), max_length=60)
    address = models.EmailField(_("address"))
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    problem = models.TextField(_("problem"), blank=True)
    next_at = models.DateTimeField(_("next try"), default=timezone.now)
    created_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "next_at"], name="delivery_due"),
            models.Index(fields=["-created_at"], name="delivery_newest"),
            models.Index(fields=["address"], name="delivery_by_address"),
        ]
        permissions = [("receive_notices", _("Receives the notices of every team"))]

    def __str__(self) -> str:
        return f"{self.subject} → {self.address}"

    def claim(self) -> bool:
        """Take it for sending; False when another process has it or it is not due any more."""
        return self._change(
            Delivery.objects.due(), state=self.State.SENDING, next_at=timezone.now(),
            attempts=F("attempts") + 1,
        )

    def note_sent(self) -> None:
        """The mail server has taken it."""
        self._change_claimed(state=self.State.SENT, sent_at=timezone.now(), problem="")

    def note_problem(self, problem: str) -> None:
        """It did not leave: again after a pause that grows, or never."""
        left = PAUSES[self.attempts - 1:]
        state = self.State.WAITING if left else self.State.FAILED
        pause = left[0] if left else timedelta(0)
        self._change_claimed(state=state, problem=problem, next_at=timezone.now() + pause)

    def _change_claimed(self, **changes: Any) -> bool:
        mine = Delivery.objects.filter(state=self.State.SENDING, attempts=self.attempts)
        return self._change(mine, **changes)

    def _change(self, only_from: DeliveryQuerySet, **changes: Any) -> bool:
        changed = only_from.filter(pk=self.pk).update(**changes)
        if changed:
            self.refresh_from_db()
        return changed == 1


class Notice(models.Model):
    """One thing that one address was told; its key says what, so that it is told once."""

    key = models.CharField(_("what"), max_length=200)
    address = models.EmailField(_("address"))
    delivery = models.ForeignKey(
        Delivery, models.CASCADE, related_name="notices", verbose_name=_("delivery")
    )

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["key", "address"], name="told_once_per_address"),
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.address}"
