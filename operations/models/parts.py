"""What an operation is made of: steps, checks with evidence, numbered log lines."""

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from operations.models.operation import Operation


class StepRun(models.Model):
    class State(models.TextChoices):
        PENDING = "pending", _("Not started")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Skipped")

    OVER = (State.DONE, State.SKIPPED)

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    operation = models.ForeignKey(Operation, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    slug = models.CharField(max_length=60)
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    activity = models.CharField(max_length=300, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    advice = models.TextField(_("what to do"), blank=True)
    detail = models.TextField(blank=True)
    facts = models.JSONField(default=dict, blank=True)
    # Where the time went: calls of the outside world, and waiting for it to become ready.
    outside_ms = models.PositiveBigIntegerField(default=0)
    waited_ms = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("operation", "position")
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = (
            models.UniqueConstraint(fields=("operation", "slug"), name="step_once_per_operation"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        return self.state in self.OVER


class LogLine(models.Model):
    class Level(models.TextChoices):
        INFO = "info", _("Information")
        WARNING = "warning", _("Warning")
        ERROR = "error", _("Error")

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    step = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=7, choices=Level, default=Level.INFO)
    text = models.TextField()

    class Meta:
        ordering = ("operation", "number")
        verbose_name = _("log line")
        verbose_name_plural = _("log lines")
        constraints = (
            models.UniqueConstraint(fields=("operation", "number"), name="line_number_once"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.text}"


class CheckResult(models.Model):
    class State(models.TextChoices):
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Failed")
        WARNING = "warning", _("Warning")
        SKIPPED = "skipped", _("Skipped")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    operation = models.ForeignKey(Operation, models.CASCADE, related_name="checks")
    slug = models.CharField(max_length=60)
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(_("state"), max_length=7, choices=State)
    duration_ms = models.PositiveIntegerField(default=0)
    evidence = models.TextField(_("evidence"), blank=True)
    advice = models.TextField(_("what to do"), blank=True)
    detail = models.TextField(blank=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("operation", "pk")
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        constraints = (
            models.UniqueConstraint(fields=("operation", "slug"), name="check_once_per_operation"),
        )

    def __str__(self) -> str:
        return f"{self.title}: {self.get_state_display()}"
