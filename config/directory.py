"""Sign-in by LDAP or Active Directory; imported only when it is set up (config/sign_in.py)."""

import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

import ldap
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django_auth_ldap.backend import LDAPBackend, ldap_error
from django_auth_ldap.config import (
    GroupOfNamesType,
    GroupOfUniqueNamesType,
    LDAPSearch,
    LDAPSettings,
    NestedActiveDirectoryGroupType,
    PosixGroupType,
)

from config.directory_groups import fill_groups, is_local

_GROUP_KINDS = {
    "groupOfNames": GroupOfNamesType, "groupOfUniqueNames": GroupOfUniqueNamesType,
    "posixGroup": PosixGroupType, "activeDirectory": NestedActiveDirectoryGroupType,
}
_GROUP_CLASSES = {"activeDirectory": "group"}
_WAIT = 5.0


class Directory(LDAPBackend):
    """Asks the directory for a name and password; makes the account at the first sign-in.

    An account of the console itself, one with a password here or a superuser, is never taken over:
    its password does not even leave the console.
    """

    @property
    def settings(self) -> LDAPSettings:
        return LDAPSettings(self.settings_prefix, _settings(settings.LDAP))

    def authenticate(self, request: HttpRequest | None, username: str | None = None,
                     password: str | None = None, **kwargs: Any) -> User | None:
        name = (username or "").strip()
        if not name or not name.isprintable() or not _may_be_the_directorys(name):
            return None
        return super().authenticate(request, username=name, password=password)

    def authenticate_ldap_user(self, ldap_user: Any, password: str) -> User | None:
        user = super().authenticate_ldap_user(ldap_user, password)
        if user is not None and settings.LDAP["GROUPS"]:
            fill_groups(user, ldap_user.group_names, settings.LDAP["GROUPS"])
        return user

    def get_or_build_user(self, username: str, ldap_user: Any) -> tuple[User, bool]:
        """By the name as the directory writes it, not as it was typed."""
        written = ldap_user.attrs[settings.LDAP["USER_ATTRIBUTE"]][0].lower()
        if not _may_be_the_directorys(written):
            raise ldap_user.AuthenticationFailed("the console has an account of this name itself")
        found = User.objects.filter(username__iexact=written).first()
        return (found, False) if found else (User(username=written), True)

    def get_user(self, user_id: int) -> User | None:
        """None for a closed account: its sessions end."""
        return User.objects.filter(pk=user_id, is_active=True).first()


def _may_be_the_directorys(name: str) -> bool:
    found = list(User.objects.filter(username__iexact=name)[:2])
    return not found or (
        len(found) == 1 and not is_local(found[0])
        # Whom a provider signed in is that provider's.
        and not (hasattr(found[0], "socialaccount_set") and found[0].socialaccount_set.exists())
    )


def _settings(values: dict[str, Any]) -> dict[str, Any]:
    """As the library names them. `%` is its own mark in a filter."""
    own = values["USER_FILTER"].replace("%", "%%")
    kind = values["GROUP_KIND"]
    found = {
        "SERVER_URI": values["URL"], "START_TLS": values["START_TLS"],
        "BIND_DN": values["BIND_DN"], "BIND_PASSWORD": values["BIND_PASSWORD"],
        "CONNECTION_OPTIONS": _connection(values["CA_FILE"]),
        "USER_SEARCH": LDAPSearch(
            values["USER_BASE"], ldap.SCOPE_SUBTREE,
            f"(&{own}({values['USER_ATTRIBUTE']}=%(user)s))",
        ),
        "USER_ATTR_MAP": {"first_name": "givenName", "last_name": "sn", "email": "mail"},
    }
    if values["GROUPS"]:
        found["GROUP_SEARCH"] = LDAPSearch(
            values["GROUP_BASE"], ldap.SCOPE_SUBTREE,
            f"(objectClass={_GROUP_CLASSES.get(kind, kind)})",
        )
        found["GROUP_TYPE"] = _GROUP_KINDS[kind]()
    return found


def _connection(ca_file: str) -> dict[int, Any]:
    """Certificates are always checked; the order matters: a new context takes what was set."""
    trust = {ldap.OPT_X_TLS_CACERTFILE: ca_file} if ca_file else {}
    return {
        **trust, ldap.OPT_X_TLS_REQUIRE_CERT: ldap.OPT_X_TLS_DEMAND, ldap.OPT_X_TLS_NEWCTX: 0,
        ldap.OPT_REFERRALS: 0, ldap.OPT_NETWORK_TIMEOUT: _WAIT, ldap.OPT_TIMEOUT: _WAIT,
    }


@receiver(ldap_error)
def tell(request: HttpRequest | None = None, exception: Exception | None = None,
         **kwargs: Any) -> None:
    """Say on the page that it is not the password; the log has the library's own words."""
    if request is not None:
        messages.error(request, _sentence(exception))


def _sentence(error: Exception | None) -> str:
    # The library names no reason when a certificate is refused, only that no connection came.
    down = isinstance(error, ldap.SERVER_DOWN)
    if isinstance(error, ldap.CONNECT_ERROR) or (down and _is_untrusted(settings.LDAP)):
        return _("The certificate of the company's directory is not trusted, so nobody is signed "
                 "in by it. Ask an administrator to look at LDAP_CA_FILE.")
    if isinstance(error, ldap.SERVER_DOWN | ldap.TIMEOUT | ldap.UNAVAILABLE | ldap.BUSY):
        return _("The company's directory does not answer. Try again later, or tell an "
                 "administrator.")
    return _("The company's directory does not answer the console's question. Tell an "
             "administrator: the log of the console says why.")


def _is_untrusted(values: dict[str, Any]) -> bool:
    """Look at the certificate once more, to tell it from silence."""
    parts = urlsplit(values["URL"])
    if parts.scheme != "ldaps" or not parts.hostname:
        return False
    context = ssl.create_default_context(cafile=values["CA_FILE"] or None)
    try:
        with socket.create_connection((parts.hostname, parts.port or 636), _WAIT) as plain, \
                context.wrap_socket(plain, server_hostname=parts.hostname):
            return False
    except ssl.SSLCertVerificationError:
        return True
    except OSError:
        return False
