"""The admin pages of people and teams, and of what happened (history.py)."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from config import history  # noqa: F401  (registers its pages)
from config.roles import ROLES

# Whoever may hand these out could make himself anything.
_POWERS = ("is_superuser", "user_permissions")
# What roles and teams are handed out with.
_ROLES = ("is_staff", "groups")

for model in (User, Group):
    admin.site.unregister(model)


@admin.register(User)
class PersonAdmin(UserAdmin, ModelAdmin):
    """People. Roles and teams are handed out by permission; single powers, and what concerns those
    who have all of them, by superusers only.
    """

    form, add_form = UserChangeForm, UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_per_page = 30

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple:
        own = (*super().get_readonly_fields(request, obj), "last_login", "date_joined")
        if request.user.is_superuser:
            return own
        closed = () if request.user.has_perm("config.hand_out_role") else _ROLES
        return (*own, *_POWERS, *closed)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _may_touch(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """One at a time; who shall only stay away is made inactive."""
        return obj is not None and _may_touch(request, obj) and super().has_delete_permission(
            request, obj
        )


@admin.register(Group)
class TeamAdmin(GroupAdmin, ModelAdmin):
    """Teams, whose permissions are powers, too; and the roles, which Slipway keeps itself."""

    list_per_page = 30

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> tuple:
        own = tuple(super().get_readonly_fields(request, obj))
        if obj and obj.name in ROLES:
            return (*own, "name", "permissions")
        return own if request.user.is_superuser else (*own, "permissions")

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """One at a time: what the team owns belongs to nobody afterwards. A role stays."""
        return (
            obj is not None and obj.name not in ROLES
            and super().has_delete_permission(request, obj)
        )


def _may_touch(request: HttpRequest, person: User | None) -> bool:
    return person is None or request.user.is_superuser or not person.is_superuser
