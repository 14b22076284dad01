"""Whom and what a registry knows now: asked of the real Harbor, while a form is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from deployments.models import HarborInstance
from harbor.tenants import TenantClient
from portal.clients import QUICK, tenants_of
from portal.kinds.people import ROLE_IDS
from portal.models import Project

AuthMode = HarborInstance.AuthMode
_ROLE_NAMES = {number: name for name, number in ROLE_IDS.items()}


class Identities(StrEnum):
    """Who its people are: accounts that we make, or those of a directory."""

    LOCAL = "local"
    DIRECTORY = "directory"


def identities_of(instance: HarborInstance) -> Identities:
    """A registry with users of its own is local; LDAP and OIDC are directories."""
    local = instance.auth_mode == AuthMode.DATABASE
    return Identities.LOCAL if local else Identities.DIRECTORY


def unknown_members(instance: HarborInstance, names: Iterable[str]) -> list[str]:
    """Those of `names` that this Harbor does not know. On a local one an account will be made;
    with a directory the person cannot become a member. Raises ServiceError.
    """
    with tenants_of(instance, timeouts=QUICK) as client:
        return [name for name in names if not is_known(client, instance, name)]


def is_known(client: TenantClient, instance: HarborInstance, name: str) -> bool:
    """With LDAP the directory itself counts: Harbor takes people in when they become members."""
    if client.find_user(name):
        return True
    return instance.auth_mode == AuthMode.LDAP and client.find_ldap_user(name) is not None


def is_name_free(instance: HarborInstance, name: str) -> bool:
    """Whether Harbor has no project of this name. Raises ServiceError."""
    with tenants_of(instance, timeouts=QUICK) as client:
        return client.find_project(name) is None


@dataclass(frozen=True, kw_only=True)
class ProjectNow:
    """A project as Harbor has it at this moment; bytes, -1 is no limit; name → role."""

    limit: int
    used: int
    members: dict[str, str]


def look_at(project: Project) -> ProjectNow:
    """What a form shows as today's state, and sends along as `was`. Raises ServiceError."""
    with tenants_of(project.instance, timeouts=QUICK) as client:
        space = client.space(project.harbor_id)
        members = client.members(project.name)
    return ProjectNow(
        limit=space.limit if space else -1, used=space.used if space else 0,
        members={name: role_name(one.role) for name, one in members.items()},
    )


def role_name(number: int) -> str:
    """Our word for Harbor's number; limited guests and strange numbers stay what they are."""
    return _ROLE_NAMES.get(number, f"role {number}")
