"""The form of a Harbor instance: what is needed, and nothing Harbor decides itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from deployments.login_modes import problems_with_login
from deployments.models import HarborInstance
from hosts.admin.picking import MadeFromForm

# Stored together as auth_settings, under Harbor's own names (`harbor.md 5.13`).
AUTH_FIELDS = {
    "ldap_url": _("LDAP server, like ldaps://ldap.example.com"),
    "ldap_search_dn": _("LDAP account that searches"),
    "ldap_base_dn": _("LDAP base for users"),
    "ldap_uid": _("LDAP attribute with the user name"),
    "oidc_name": _("OIDC provider's name"),
    "oidc_endpoint": _("OIDC endpoint"),
    "oidc_client_id": _("OIDC client ID"),
    "oidc_scope": _("OIDC scopes"),
}


def _text(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=UnfoldAdminTextInputWidget())


class InstanceForm(MadeFromForm):
    """One place for the registry, one way to log in, and every contradiction at once."""

    ldap_url = _text(AUTH_FIELDS["ldap_url"])
    ldap_search_dn = _text(AUTH_FIELDS["ldap_search_dn"])
    ldap_base_dn = _text(AUTH_FIELDS["ldap_base_dn"])
    ldap_uid = _text(AUTH_FIELDS["ldap_uid"])
    oidc_name = _text(AUTH_FIELDS["oidc_name"])
    oidc_endpoint = _text(AUTH_FIELDS["oidc_endpoint"])
    oidc_client_id = _text(AUTH_FIELDS["oidc_client_id"])
    oidc_scope = _text(AUTH_FIELDS["oidc_scope"])

    class Meta:
        model = HarborInstance
        fields = (
            "name", "fqdn", "owner", "cluster", "host", "release", "size", "storage",
            "volume_driver", "registry_gib", "database_gib", "redis_gib", "jobservice_gib",
            "http_port", "https_port", "takes_over", "continue_without_name", "auth_mode",
            "auth_secret",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in AUTH_FIELDS:
            if name in self.fields:
                self.fields[name].initial = self.instance.auth_settings.get(name, "")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "cluster" in self.fields and "host" in self.fields:
            self._check_place(data.get("cluster"), data.get("host"), data.get("storage"))
        if data.get("http_port") and data.get("http_port") == data.get("https_port"):
            self.add_error("http_port", _("HTTP and HTTPS need different ports."))
        wants_driver = data.get("storage") == HarborInstance.Backend.NUTANIX_DRIVER
        if wants_driver and not data.get("volume_driver"):
            self.add_error("volume_driver", _("Choose the volume driver, or other storage."))
        if "auth_mode" in self.fields:
            has_secret = bool(data.get("auth_secret") or self.instance.auth_secret)
            wrong = problems_with_login(data.get("auth_mode", ""), data, has_secret=has_secret)
            for name, reason in wrong.items():
                self.add_error(name, reason)
        return data

    def _check_place(self, cluster: Any, host: Any, storage: str | None) -> None:
        if bool(cluster) == bool(host):
            self.add_error(
                "cluster", _("Choose either a cluster for a new machine or an existing host.")
            )
        if host and not host.cluster and storage == HarborInstance.Backend.VOLUME_GROUP:
            self.add_error(
                "storage", _("This host is on no known cluster: it cannot have volume groups.")
            )

    def save(self, commit: bool = True) -> HarborInstance:
        given = {name: self.cleaned_data.get(name, "") for name in AUTH_FIELDS
                 if name in self.fields}
        if given:
            self.instance.auth_settings = {name: text for name, text in given.items() if text}
        return super().save(commit)
