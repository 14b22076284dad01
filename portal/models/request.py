"""What a team asks for, from the draft to its end."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations.models import Operation


class RequestQuerySet(models.QuerySet["Request"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "RequestQuerySet":
        """Those of the person's teams and those that wait for or had their decision.

        All of them with the permission to view requests; none for strangers.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.has_perm("portal.view_request"):
            return self
        groups = user.groups.all()
        decides = ~Q(state=Request.State.DRAFT) & Q(approvers__in=groups)
        return self.filter(Q(team__group__in=groups) | decides)

    def undecided(self) -> "RequestQuerySet":
        return self.filter(state=Request.State.SUBMITTED)


class Request(models.Model):
    """One wish of a team. `data` is what its kind reads and writes (`portal/kinds/`)."""

    class Kind(models.TextChoices):
        PROJECT = "project", _("Project")
        MEMBERSHIP = "membership", _("Members of a project")
        QUOTA = "quota", _("More space")
        ROBOT = "robot", _("Robot account")
        CERTIFICATE = "certificate", _("Certificate")
        REGISTRY = "registry", _("Registry")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for a decision")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        DELIVERING = "delivering", _("Being delivered")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Delivery failed")
        EXPIRING = "expiring", _("Expires soon")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    UNDECIDED = (State.DRAFT, State.SUBMITTED)
    MAY_END = (State.DRAFT, State.SUBMITTED, State.APPROVED, State.FAILED)
    UNDER_WAY = (State.SUBMITTED, State.APPROVED, State.DELIVERING, State.FAILED)
    IN_USE = (State.DELIVERED, State.EXPIRING)
    # What else is delivered stays the team's, with everything in it.
    WITHDRAWABLE = (Kind.ROBOT, Kind.CERTIFICATE)

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    team = models.ForeignKey(
        "portal.Team", models.PROTECT, related_name="requests", verbose_name=_("team")
    )
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requester")
    )
    # The registry it is about; of a whole registry, the one that was made.
    instance = models.ForeignKey(
        "deployments.HarborInstance", models.PROTECT, null=True, blank=True,
        related_name="requests", verbose_name=_("registry"),
    )
    certificate = models.ForeignKey(
        "certificates.Certificate", models.PROTECT, null=True, blank=True,
        related_name="requests", verbose_name=_("certificate"),
    )
    # For lists and search: what it is about, like team-a/web.
    name = models.CharField(_("name"), max_length=255)
    data = models.JSONField(_("what is asked for"), default=dict)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    note = models.TextField(_("note"), blank=True, max_length=2000)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    # Counts what was asked: an approval is for one version and void for every other.
    version = models.PositiveIntegerField(default=1)
    rule = models.ForeignKey(
        "portal.ApprovalRule", models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("rule"),
    )
    # As the rule said when it was submitted: who decides does not change under way.
    people = models.PositiveSmallIntegerField(_("approvals needed"), default=1)
    approvers = models.ForeignKey(
        Group, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("approvers"),
    )
    reason = models.TextField(_("reason"), blank=True)
    # What the delivery found otherwise in Harbor, and left as it was.
    remarks = models.JSONField(_("remarks"), default=list, blank=True)
    operation = models.ForeignKey(
        Operation, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("delivery"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    decide_by = models.DateTimeField(_("decide by"), null=True, blank=True)
    # When somebody is to be reminded next: of the decision, later of the end.
    remind_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-created_at", "-pk"]
        permissions = [
            ("approve_request", _("Decides requests that no group is named for")),
            ("operate_request", _("Repeats failed deliveries and withdraws what was delivered")),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="request_newest"),
            models.Index(fields=["team", "-created_at"], name="request_by_team"),
            models.Index(fields=["state", "decide_by"], name="request_by_decision"),
            models.Index(fields=["state", "expires_at"], name="request_by_end"),
            models.Index(fields=["state", "remind_at"], name="request_by_reminder"),
            models.Index(fields=["approvers", "state"], name="request_by_approvers"),
            models.Index(fields=["instance", "state"], name="request_by_instance"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"

    @property
    def owner(self) -> Group:
        """Who may follow its delivery."""
        return self.team.group

    def move(self, *, to: str, only_from: tuple[str, ...], **changes: Any) -> bool:
        """Change the state; False when it was in another state, or another version was asked for.
        """
        moved = Request.objects.filter(
            pk=self.pk, version=self.version, state__in=only_from
        ).update(state=to, changed_at=timezone.now(), **changes)
        if moved:
            self.refresh_from_db()
        return moved == 1

    def rewrite(self, **changes: Any) -> bool:
        """Ask for something else while nobody has decided; every approval is void then."""
        rewritten = Request.objects.filter(
            pk=self.pk, version=self.version, state__in=self.UNDECIDED
        ).update(version=F("version") + 1, changed_at=timezone.now(), **changes)
        if rewritten:
            self.refresh_from_db()
        return rewritten == 1
