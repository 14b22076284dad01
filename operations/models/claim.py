"""What a running operation holds, so that no other may touch it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from operations.models.operation import Operation


class ClaimedThing(models.Model):
    """One key that was ever claimed; its row is the lock under which claims of it change."""

    key = models.CharField(max_length=200, primary_key=True)

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


class Claim(models.Model):
    """Kept after its release: it tells who changed a thing after whom."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="claims")
    key = models.CharField(_("what"), max_length=200)
    shared = models.BooleanField(_("shared"), default=False)
    taken_at = models.DateTimeField(_("taken"), auto_now_add=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)

    class Meta:
        ordering = ("-taken_at", "-pk")
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        indexes = (
            models.Index(fields=("key", "released_at"), name="claim_key_released"),
            models.Index(fields=("key", "taken_at"), name="claim_key_taken"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("key",),
                condition=Q(released_at__isnull=True, shared=False),
                name="one_exclusive_claim",
            ),
        )

    def __str__(self) -> str:
        return self.key
