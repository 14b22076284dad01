"""The secret a person's calendar program fetches the expiry calendar with."""

import hashlib
import hmac
import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

_BYTES = 24


class CalendarKey(models.Model):
    """One per person, for HTTP Basic on one address only; kept as a digest, told once."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="calendar_key"
    )
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("calendar key")
        verbose_name_plural = _("calendar keys")

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def make(cls, user: models.Model) -> str:
        """A new key for this person; the one before is worthless from now on."""
        key = secrets.token_urlsafe(_BYTES)
        values = {"digest": _digest(key), "created_at": timezone.now()}
        cls.objects.update_or_create(user=user, defaults=values)
        return key

    @classmethod
    def owner_of(cls, username: str, key: str) -> models.Model | None:
        """The active person whose key this is; unknown people take as long as wrong keys."""
        found = cls.objects.select_related("user").filter(user__username=username).first()
        same = hmac.compare_digest(found.digest if found else "", _digest(key))
        return found.user if found and same and found.user.is_active else None


def _digest(key: str) -> str:
    # 192 random bits: nothing to guess, so no slow hash is needed.
    return hashlib.sha256(key.encode()).hexdigest()
