"""Teams, and which registries they may ask for something on."""

from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group
from django.db import models
from django.utils.translation import gettext_lazy as _


class TeamQuerySet(models.QuerySet["Team"]):
    def of(self, user: AbstractBaseUser | AnonymousUser) -> "TeamQuerySet":
        """The active teams this person belongs to; none for strangers and closed accounts."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(is_active=True, group__in=user.groups.all())

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "TeamQuerySet":
        """The person's own teams; all of them with the permission to view teams."""
        if user.is_authenticated and user.has_perm("portal.view_team"):
            return self
        return self.of(user)


class Team(models.Model):
    """People who ask together: whoever is in the group asks for the team and sees what it has.

    What a team owns points at the group, so that the rooms below need not know of teams.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    group = models.OneToOneField(
        Group, models.PROTECT, related_name="team", verbose_name=_("group"),
        help_text=_("Whoever is in this group belongs to the team."),
    )
    name = models.CharField(_("name"), max_length=80, unique=True)
    cost_center = models.CharField(_("cost center"), max_length=40, blank=True)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("A closed team keeps what it has and asks no more."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Offer(models.Model):
    """A registry on which a team, or every team, may ask for projects and more.

    Without an offer a team sees only the registries that its own group owns.
    """

    instance = models.ForeignKey(
        "deployments.HarborInstance", models.CASCADE, related_name="offers",
        verbose_name=_("registry"),
    )
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="offers",
        verbose_name=_("team"), help_text=_("Empty: every team."),
    )

    class Meta:
        verbose_name = _("offered registry")
        verbose_name_plural = _("offered registries")
        ordering = ["instance", "team"]
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "team"], name="offered_once",
                violation_error_message=_("This registry is offered there already."),
            ),
            models.UniqueConstraint(
                fields=["instance"], condition=models.Q(team=None), name="offered_to_all_once",
                violation_error_message=_("This registry is offered to every team already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instance} → {self.team or _('every team')}"
