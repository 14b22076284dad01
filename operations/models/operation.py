"""One run of a pipeline, from the click to its end; the database's truth about it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# How long the executing process may be silent before it is taken for dead (design.md 4.7).
LEASE = timedelta(seconds=20)


def lease_end() -> Any:
    """When a lease renewed now ends, by the database's clock: machines may differ by minutes."""
    return Now() + LEASE


class OperationQuerySet(models.QuerySet["Operation"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "OperationQuerySet":
        """Those of the user's groups; all of them with the permission to view operations."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.has_perm("operations.view_operation"):
            return self
        return self.filter(owner__in=user.groups.all())

    def unfinished(self) -> "OperationQuerySet":
        return self.filter(state__in=Operation.UNFINISHED)

    def about(self, subject: models.Model) -> "OperationQuerySet":
        content_type = ContentType.objects.get_for_model(subject)
        return self.filter(content_type=content_type, object_id=str(subject.pk))

    def held_by(self, operation_id: int, attempt: int) -> "OperationQuerySet":
        """The row, but only while this attempt is the one that runs it."""
        return self.filter(pk=operation_id, attempt=attempt, state=Operation.State.RUNNING)

    def with_lost_lease(self) -> "OperationQuerySet":
        return self.filter(state=Operation.State.RUNNING, lease_until__lt=Now())


class Operation(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        INTERRUPTED = "interrupted", _("Interrupted")

    UNFINISHED = (State.QUEUED, State.WAITING, State.RUNNING)
    RESUMABLE = (State.FAILED, State.CANCELLED, State.INTERRUPTED)

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    title = models.CharField(_("title"), max_length=250)
    subject_name = models.CharField(_("subject"), max_length=180)
    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.CharField(max_length=40)
    subject = GenericForeignKey("content_type", "object_id")
    # Ids and choices only: never a secret.
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.QUEUED)
    queue = models.CharField(_("queue"), max_length=20, default="operations")
    # Counts the take-overs; each write of the executing process names the attempt it belongs to.
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    self_resumes = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(max_length=150, blank=True)
    waiting_for = models.CharField(_("waiting for"), max_length=300, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    advice = models.TextField(_("what to do"), blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    owner = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    queued_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    # Grows with every write that a viewer can see: one cheap look tells whether to read more.
    changes = models.PositiveBigIntegerField(default=0, editable=False)
    last_line = models.PositiveIntegerField(default=0, editable=False)

    objects = OperationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        indexes = (
            models.Index(fields=("state", "lease_until"), name="operation_state_lease"),
            models.Index(fields=("content_type", "object_id", "kind"), name="operation_subject"),
            models.Index(fields=("-created_at",), name="operation_newest"),
            models.Index(fields=("kind", "state"), name="operation_kind_state"),
            models.Index(fields=("finished_at",), name="operation_finished"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "content_type", "object_id"),
                condition=Q(state__in=("queued", "waiting", "running")),
                name="one_unfinished_operation",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("operations:operation", args=[self.uuid])

    @property
    def is_unfinished(self) -> bool:
        return self.state in self.UNFINISHED

    @property
    def is_resumable(self) -> bool:
        return self.state in self.RESUMABLE

    def move(self, *, to: str, only_from: tuple[str, ...], **changes: Any) -> bool:
        """Change the state; False when it was in another state, or another attempt has it."""
        moved = Operation.objects.filter(
            pk=self.pk, attempt=self.attempt, state__in=only_from
        ).update(state=to, changes=F("changes") + 1, **changes)
        if moved:
            self.refresh_from_db()
        return moved == 1
