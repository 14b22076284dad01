"""Which instances a question is about."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models


class InstanceQuerySet(models.QuerySet):
    """Harbor instances, asked in the operator's words."""

    def living(self) -> "InstanceQuerySet":
        """All that are not retired."""
        return self.exclude(state="retired")

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "InstanceQuerySet":
        """Those the user's groups own; all for who may view instances; none for strangers."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("deployments.view_harborinstance"):
            return self
        return self.filter(owner__in=user.groups.all())
