"""Sign-in by a company's directory (LDAP) or provider (OpenID Connect): what the environment says.

Nothing of it is imported, or reachable, before it is set up completely (docs/sign-in.md).
"""

import unicodedata
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PROVIDER = "company"
GROUP_KINDS = ("groupOfNames", "groupOfUniqueNames", "posixGroup", "activeDirectory")
_ALLAUTH = (
    "allauth", "allauth.account", "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
)


def sign_in_from(env: Any, apps: list, middleware: list, backends: list) -> dict[str, Any]:
    """The settings; adds to the three lists what a complete set-up needs."""
    ldap, oidc = _ldap(env), _oidc(env)
    wrong = problems_of_ldap(ldap), problems_of_oidc(oidc)
    found: dict[str, Any] = {
        "LDAP": ldap, "OIDC": oidc, "SIGN_IN_PROBLEMS": [*wrong[0], *wrong[1]],
        "AXES_USERNAME_CALLABLE": "config.sign_in.locked_name",
    }
    if ldap["URL"] and not wrong[0]:
        backends.append("config.directory.Directory")
    if oidc["ISSUER"] and not wrong[1]:
        apps[apps.index("config"):apps.index("config")] = _ALLAUTH
        middleware.append("allauth.account.middleware.AccountMiddleware")
        found |= _for_allauth(oidc)
    return found


def _ldap(env: Any) -> dict[str, Any]:
    return {
        "URL": env("LDAP_URL", default=""),
        "START_TLS": env.bool("LDAP_START_TLS", default=False),
        "CA_FILE": env("LDAP_CA_FILE", default=""),
        "BIND_DN": env("LDAP_BIND_DN", default=""),
        "BIND_PASSWORD": env("LDAP_BIND_PASSWORD", default=""),
        "USER_BASE": env("LDAP_USER_BASE", default=""),
        "USER_FILTER": env("LDAP_USER_FILTER", default="(objectClass=person)"),
        "USER_ATTRIBUTE": env("LDAP_USER_ATTRIBUTE", default="uid"),
        "GROUP_BASE": env("LDAP_GROUP_BASE", default=""),
        "GROUP_KIND": env.str("LDAP_GROUP_KIND", default="groupOfNames", choices=GROUP_KINDS),
        "GROUPS": pairs(env("LDAP_GROUPS", default="")),
    }


def _oidc(env: Any) -> dict[str, Any]:
    return {
        "ISSUER": env("OIDC_ISSUER", default="").rstrip("/"),
        "CLIENT_ID": env("OIDC_CLIENT_ID", default=""),
        "CLIENT_SECRET": env("OIDC_CLIENT_SECRET", default=""),
        "CA_FILE": env("OIDC_CA_FILE", default=""),
        "NAME": env("OIDC_NAME", default="OpenID Connect"),
        "SCOPES": env("OIDC_SCOPES", default="openid profile email").split(),
        "USER_CLAIM": env("OIDC_USER_CLAIM", default="preferred_username"),
        "GROUPS_CLAIM": env("OIDC_GROUPS_CLAIM", default="groups"),
        "GROUPS": pairs(env("OIDC_GROUPS", default="")),
    }


def pairs(text: str) -> list[tuple[str, str]]:
    """`there=here; …` as pairs; names may hold commas, so a semicolon ends each."""
    parts = (part.rpartition("=") for part in text.split(";") if part.strip())
    return [(there.strip(), here.strip()) for there, _, here in parts]


def problems_of_ldap(ldap: dict[str, Any]) -> list[str]:
    """What is missing or contradictory, each a sentence that names the setting."""
    if not ldap["URL"]:
        names = ("BIND_DN", "BIND_PASSWORD", "USER_BASE", "GROUP_BASE", "GROUPS", "CA_FILE")
        return _set_alone("LDAP_", "LDAP_URL", [name for name in names if ldap[name]])
    scheme, found = urlsplit(ldap["URL"]).scheme, []
    if scheme not in ("ldap", "ldaps"):
        found.append(f"LDAP_URL is {ldap['URL']}: it begins with ldaps:// or ldap://.")
    elif scheme == "ldaps" and ldap["START_TLS"]:
        found.append("LDAP_START_TLS goes with ldap://; ldaps:// is encrypted from the start. "
                     "Take one of them.")
    elif scheme == "ldap" and not ldap["START_TLS"]:
        found.append("LDAP_URL would send passwords unencrypted. Use ldaps://, or set "
                     "LDAP_START_TLS=True.")
    if not ldap["USER_BASE"]:
        found.append("LDAP_USER_BASE is missing: below which entry are people looked for?")
    if bool(ldap["BIND_DN"]) != bool(ldap["BIND_PASSWORD"]):
        found.append("LDAP_BIND_DN and LDAP_BIND_PASSWORD are set together, or neither.")
    if ldap["GROUPS"] and not ldap["GROUP_BASE"]:
        found.append("LDAP_GROUPS needs LDAP_GROUP_BASE: below which entry are groups looked for?")
    return found + _shared("LDAP", ldap) + _missing("django_auth_ldap", "LDAP_URL", "ldap")


def problems_of_oidc(oidc: dict[str, Any]) -> list[str]:
    """As for LDAP."""
    if not oidc["ISSUER"]:
        names = ("CLIENT_ID", "CLIENT_SECRET", "CA_FILE", "GROUPS")
        return _set_alone("OIDC_", "OIDC_ISSUER", [name for name in names if oidc[name]])
    found = []
    if urlsplit(oidc["ISSUER"]).scheme != "https":
        found.append(f"OIDC_ISSUER is {oidc['ISSUER']}: it begins with https://.")
    found += [
        f"OIDC_{name} is missing: the provider gives it when the console is registered there."
        for name in ("CLIENT_ID", "CLIENT_SECRET") if not oidc[name]
    ]
    if "openid" not in oidc["SCOPES"]:
        found.append("OIDC_SCOPES lacks “openid”, without which nobody is identified.")
    return found + _shared("OIDC", oidc) + _missing("allauth", "OIDC_ISSUER", "oidc")


def _set_alone(prefix: str, needed: str, names: list[str]) -> list[str]:
    return [
        f"{prefix}{name} is set, but {needed} is not: set {needed}, or take it away."
        for name in names
    ]


def _shared(prefix: str, values: dict[str, Any]) -> list[str]:
    found = []
    if values["CA_FILE"] and not Path(values["CA_FILE"]).is_file():
        found.append(f"{prefix}_CA_FILE is {values['CA_FILE']}: there is no such file.")
    if not all(there and here for there, here in values["GROUPS"]):
        found.append(f"{prefix}_GROUPS is “group there=group here; …”; a name is missing in it.")
    return found


def _missing(package: str, setting: str, extra: str) -> list[str]:
    if find_spec(package):
        return []
    return [f"{setting} is set, but what it needs is not installed: "
            f"pip install -r requirements-{extra}.txt."]


def _for_allauth(oidc: dict[str, Any]) -> dict[str, Any]:
    app = {
        "provider_id": PROVIDER, "name": oidc["NAME"], "client_id": oidc["CLIENT_ID"],
        "secret": oidc["CLIENT_SECRET"],
        "settings": {
            "server_url": oidc["ISSUER"], "oauth_pkce_enabled": True, "scope": oidc["SCOPES"],
        },
    }
    return {
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"APPS": [app]}},
        "SOCIALACCOUNT_ADAPTER": "config.provider.Provider",
        "ACCOUNT_ADAPTER": "config.provider.Accounts",
        "SOCIALACCOUNT_EMAIL_VERIFICATION": "none", "ACCOUNT_EMAIL_VERIFICATION": "none",
        # Whose address it is says nothing here: nobody is found by it.
        "ACCOUNT_UNIQUE_EMAIL": False, "SOCIALACCOUNT_EMAIL_AUTHENTICATION": False,
        "SOCIALACCOUNT_STORE_TOKENS": False,
    }


def locked_name(request: Any, credentials: dict[str, Any] | None = None) -> str:
    """The name that failed attempts are counted for: a directory takes `ADA` and `ada` for one."""
    typed = (credentials or {}).get("username") or (
        request.POST.get("username", "") if request is not None else ""
    )
    return " ".join(unicodedata.normalize("NFKC", str(typed)).casefold().split())
