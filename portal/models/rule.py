"""Who must agree to what."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.models.request import Request


class ApprovalRule(models.Model):
    """The first rule, by position, that fits a request says who decides it.

    Empty kind, registry or team fits all. A rule with a size fits what is larger: GiB of a project
    or a registry, projects of a robot, people of a membership, days of a certificate.
    """

    class People(models.IntegerChoices):
        NOBODY = 0, _("Automatic: nobody needs to decide")
        ONE = 1, _("Any one of the approvers")
        TWO = 2, _("Two of the approvers")

    position = models.PositiveIntegerField(_("position"), default=100)
    kind = models.CharField(_("kind"), max_length=12, choices=Request.Kind, blank=True)
    instance = models.ForeignKey(
        "deployments.HarborInstance", models.CASCADE, null=True, blank=True, related_name="+",
        verbose_name=_("registry"),
    )
    team = models.ForeignKey(
        "portal.Team", models.CASCADE, null=True, blank=True, related_name="+",
        verbose_name=_("team"),
    )
    larger_than = models.PositiveBigIntegerField(_("larger than"), null=True, blank=True)
    people = models.PositiveSmallIntegerField(
        _("who decides"), choices=People, default=People.ONE
    )
    approvers = models.ForeignKey(
        Group, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("approvers"),
        help_text=_("Empty: everybody with the permission to decide requests."),
    )
    days = models.PositiveSmallIntegerField(
        _("days to decide"), default=7, validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("Afterwards the request expires; reminders go out at half time and on the "
                    "last day."),
    )

    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False,
        related_name="+", verbose_name=_("changed by"),
    )

    class Meta:
        verbose_name = _("approval rule")
        verbose_name_plural = _("approval rules")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        what = self.get_kind_display() if self.kind else _("Everything")
        return f"{self.position}: {what} → {self.get_people_display()}"

    def clean(self) -> None:
        if self.people == self.People.NOBODY and self.approvers_id:
            raise ValidationError({"approvers": _("Nobody decides, so no group is needed.")})
