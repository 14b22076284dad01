"""Operations that start by themselves, again and again."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations.models.operation import Operation


class Schedule(models.Model):
    """Starts a pipeline every so many minutes; its subject is the schedule itself when none is set.

    What was missed while nothing ran is made up for once, not once per slot.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    slug = models.SlugField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("operation"), max_length=60)
    content_type = models.ForeignKey(
        ContentType, models.CASCADE, null=True, blank=True, related_name="+"
    )
    object_id = models.CharField(max_length=40, blank=True)
    subject = GenericForeignKey("content_type", "object_id")
    every_minutes = models.PositiveIntegerField(
        _("every (minutes)"), validators=[MinValueValidator(1)]
    )
    next_at = models.DateTimeField(_("next"), default=timezone.now)
    last_at = models.DateTimeField(_("last"), null=True, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        ordering = ("slug",)
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        indexes = (models.Index(fields=("enabled", "next_at"), name="schedule_due"),)

    def __str__(self) -> str:
        return self.slug

    def following(self, now: datetime) -> datetime:
        """The first slot after `now` in the rhythm of `next_at`."""
        rhythm = timedelta(minutes=self.every_minutes)
        missed = max(0, (now - self.next_at) // rhythm)
        return self.next_at + rhythm * (missed + 1)


class ScheduleSlot(models.Model):
    """One time a schedule was due: taken once, however many reconcilers run."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="slots")
    at = models.DateTimeField(_("due"))
    operation = models.ForeignKey(Operation, models.SET_NULL, null=True, related_name="+")
    refusal = models.TextField(_("why it did not start"), blank=True)

    class Meta:
        ordering = ("-at",)
        verbose_name = _("schedule slot")
        verbose_name_plural = _("schedule slots")
        constraints = (models.UniqueConstraint(fields=("schedule", "at"), name="slot_taken_once"),)

    def __str__(self) -> str:
        return f"{self.schedule} {self.at:%Y-%m-%d %H:%M}"
