"""What a team was given: projects, robot accounts, and secrets to be handed over once."""

from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.fields import EncryptedTextField
from portal.models.request import Request


class Given(models.Model):
    """Owned by a team on a registry; the row exists before Harbor is asked and outlives it."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Being made")
        READY = "ready", _("Ready")
        GONE = "gone", _("Gone")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    team = models.ForeignKey(
        "portal.Team", models.PROTECT, related_name="%(class)ss", verbose_name=_("team")
    )
    instance = models.ForeignKey(
        "deployments.HarborInstance", models.PROTECT, related_name="%(class)ss",
        verbose_name=_("registry"),
    )
    request = models.ForeignKey(
        Request, models.PROTECT, related_name="%(class)ss", verbose_name=_("request")
    )
    # Harbor's own number, once it is known.
    harbor_id = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        abstract = True

    @property
    def owner(self) -> Group:
        """Who may follow what is done with it."""
        return self.team.group

    def record(self, **facts: object) -> None:
        """Set fields and save just these."""
        for field, value in facts.items():
            setattr(self, field, value)
        self.save(update_fields=list(facts))


class Project(Given):
    """A project of a team. Quota and members are as we set them last: Harbor knows what is now."""

    name = models.CharField(_("name"), max_length=255)
    quota_mib = models.PositiveBigIntegerField(_("space, MiB"))
    is_public = models.BooleanField(_("everybody may pull"), default=False)
    # name → role (admin, maintainer, developer, guest)
    members = models.JSONField(_("members"), default=dict)
    # As Harbor said last; images that were deleted count until its garbage collection.
    used_bytes = models.PositiveBigIntegerField(_("used, bytes"), null=True, editable=False)
    used_at = models.DateTimeField(_("measured"), null=True, editable=False)

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["team", "name"], name="project_by_team")]
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "name"], condition=~models.Q(state="gone"),
                name="one_living_project_of_a_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instance.registry_host}/{self.name}"

    @property
    def claim(self) -> str:
        """What an operation holds that changes it."""
        return f"project:{self.instance.uuid}/{self.name}"


class Robot(Given):
    """A robot account of a team."""

    name = models.CharField(_("name"), max_length=200)
    # As Harbor calls it, robot$team-a+ci; known once it was made.
    login = models.CharField(_("login name"), max_length=300, blank=True)
    projects = models.ManyToManyField(Project, related_name="robots", verbose_name=_("projects"))
    actions = models.JSONField(_("may"), default=list)
    replaces = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="successors",
        verbose_name=_("replaces"),
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)

    class Meta:
        verbose_name = _("robot account")
        verbose_name_plural = _("robot accounts")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["team", "name"], name="robot_by_team"),
            models.Index(fields=["state", "expires_at"], name="robot_by_end"),
        ]

    def __str__(self) -> str:
        return self.login or self.name

    @property
    def mark(self) -> str:
        """Its description in Harbor: by this it is found again when an answer was lost."""
        return f"Slipway {self.uuid}"


class Handover(models.Model):
    """A secret that one person may see once; wiped by the view, or when nobody came."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    request = models.ForeignKey(
        Request, models.CASCADE, related_name="handovers", verbose_name=_("request")
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("for")
    )
    robot = models.OneToOneField(
        Robot, models.CASCADE, null=True, blank=True, related_name="handover",
        verbose_name=_("robot account"),
    )
    # The account it opens; of a robot it is known once Harbor has made it.
    login = models.CharField(_("login name"), max_length=300, blank=True)
    secret = EncryptedTextField(_("secret"), blank=True, default="")
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    wipe_at = models.DateTimeField(_("wiped at the latest"))
    # Before the delivery has ended nobody is shown anything.
    is_ready = models.BooleanField(_("ready"), default=False)
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    wiped_at = models.DateTimeField(_("wiped"), null=True, blank=True)

    class Meta:
        verbose_name = _("secret to hand over")
        verbose_name_plural = _("secrets to hand over")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["wiped_at", "wipe_at"], name="handover_by_end")]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "login"], condition=models.Q(robot__isnull=True),
                name="one_secret_per_request_and_login",
            ),
        ]

    def __str__(self) -> str:
        return self.login or str(self.uuid)

    @property
    def waits(self) -> bool:
        """Whether there is something to be seen."""
        return self.is_ready and self.wiped_at is None
