"""One person's yes or no to one version of a request."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.models.request import Request


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def in_force(self, request: Request) -> "ApprovalQuerySet":
        """Those for what is asked for now."""
        return self.filter(request=request, version=request.version)


class Approval(models.Model):
    """Counts only for the version that the person saw."""

    request = models.ForeignKey(
        Request, models.CASCADE, related_name="approvals", verbose_name=_("request")
    )
    version = models.PositiveIntegerField(_("version"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    # Kept here so that the database itself refuses the requester's own approval.
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    is_yes = models.BooleanField(_("approved"), default=True)
    comment = models.TextField(_("comment"), blank=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "version", "by"], name="one_approval_per_person"
            ),
            models.CheckConstraint(
                condition=~Q(by=F("requester")), name="never_approved_by_the_requester"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request}: {self.by}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.requester_id = self.request.requester_id
        super().save(*args, **kwargs)
