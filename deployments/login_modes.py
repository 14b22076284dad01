"""Who logs in to a Harbor: what each way cannot do without (`harbor.md 5.13`)."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

_NEEDED = {
    "database": (),
    "ldap": ("ldap_url", "ldap_base_dn", "ldap_uid"),
    "oidc": ("oidc_name", "oidc_endpoint", "oidc_client_id", "oidc_scope"),
}


def problems_with_login(
    mode: str, settings: Mapping[str, str], *, has_secret: bool
) -> dict[str, str]:
    """field → what is wrong with it, for every field at once; `settings` has Harbor's names."""
    problems = {
        name: _("Needed for this way of logging in.")
        for name in _NEEDED.get(mode, ()) if not settings.get(name)
    }
    found = {"ldap": _with_ldap, "oidc": _with_oidc}.get(mode, _with_none)(settings, has_secret)
    return found | problems


def _with_none(settings: Mapping[str, str], has_secret: bool) -> dict[str, str]:
    return {}


def _with_ldap(settings: Mapping[str, str], has_secret: bool) -> dict[str, str]:
    problems = {}
    if not settings.get("ldap_url", "").startswith("ldaps://"):
        problems["ldap_url"] = _(
            "Write it like ldaps://ldap.example.com: without TLS everybody's password "
            "crosses the network in clear."
        )
    if settings.get("ldap_search_dn") and not has_secret:
        problems["auth_secret"] = _("The account that searches needs its password.")
    return problems


def _with_oidc(settings: Mapping[str, str], has_secret: bool) -> dict[str, str]:
    problems = {}
    if not settings.get("oidc_endpoint", "").startswith("https://"):
        problems["oidc_endpoint"] = _("Write it like https://login.example.com/realms/main.")
    if "openid" not in settings.get("oidc_scope", "").replace(",", " ").split():
        problems["oidc_scope"] = _("“openid” must be among the scopes, like openid,profile,email.")
    if not has_secret:
        problems["auth_secret"] = _("The client's secret is needed.")
    return problems
