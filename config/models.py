"""What the composition root adds to Django's groups."""

from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _


class Role(Group):
    """A group that Slipway keeps (config/roles.py); here only to carry its permission."""

    class Meta:
        proxy = True
        default_permissions = ()
        permissions = (("hand_out_role", _("Can put people into teams and roles")),)
        verbose_name = _("role")
        verbose_name_plural = _("roles")
