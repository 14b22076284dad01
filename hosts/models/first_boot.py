"""What a new machine is told at its first boot beyond its engine; all of it may stay empty."""

import ipaddress
from urllib.parse import urlsplit

from cryptography import x509
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

_KEY_KINDS = ("ssh-ed25519 ", "ssh-rsa ", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-")


class FirstBoot(models.Model):
    """Part of a Docker host: read once, when its machine is made."""

    static_address = models.GenericIPAddressField(
        _("static address"), protocol="IPv4", blank=True, null=True,
        help_text=_("Reserved by Prism on a subnet whose addresses it manages. Empty: a free one "
                    "from its pool, or DHCP."),
    )
    ssh_key = models.TextField(
        _("SSH public key"), blank=True,
        help_text=_("For people at the machine; Slipway itself never uses SSH."),
    )
    name_servers = models.CharField(
        _("name servers"), max_length=200, blank=True,
        help_text=_("Addresses, separated by commas. Empty: what the subnet hands out."),
    )
    ntp_servers = models.CharField(
        _("time servers"), max_length=300, blank=True,
        help_text=_("Names or addresses, separated by commas. Empty: the image's own."),
    )
    proxy = models.CharField(
        _("proxy"), max_length=250, blank=True,
        help_text=_("Like http://proxy.example.com:3128, for packages and for what the engine "
                    "pulls."),
    )
    no_proxy = models.CharField(
        _("not through the proxy"), max_length=300, blank=True,
        help_text=_("Names and networks, separated by commas: your registries' domain belongs "
                    "here, like .example.com."),
    )
    package_source = models.CharField(
        _("package repository"), max_length=250, blank=True,
        help_text=_("Of the image's distribution, for sites without internet: an apt mirror, or "
                    "the base URL of a dnf repository that has docker-ce."),
    )
    security_source = models.CharField(
        _("repository of security updates"), max_length=250, blank=True,
        help_text=_("Of Debian and Ubuntu, when they lie elsewhere."),
    )
    extra_ca = models.TextField(
        _("extra CA certificates"), blank=True,
        help_text=_("PEM; trusted by the whole machine: proxy, repository, mirrors."),
    )
    engine_in_image = models.BooleanField(
        _("the image has Docker already"), default=False,
        help_text=_("Then nothing is installed: right for sites without internet."),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Raise ValidationError with every problem, each beside its field."""
        super().clean()
        wrong = {field: reason for field, reason in self._problems().items() if reason}
        if wrong:
            raise ValidationError(wrong)

    def _problems(self) -> dict[str, object]:
        servers = listed(self.name_servers)
        return {
            "name_servers": _("Give IP addresses.") if not all(map(_is_address, servers)) else "",
            "ssh_key": _problem_with_key(self.ssh_key),
            "proxy": _problem_with_url(self.proxy),
            "package_source": _problem_with_url(self.package_source),
            "security_source": _problem_with_url(self.security_source),
            "extra_ca": _problem_with_certificates(self.extra_ca),
            "no_proxy": _("Only with a proxy.") if self.no_proxy and not self.proxy else "",
        }


def listed(text: str) -> list[str]:
    """The parts between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _problem_with_key(text: str) -> object:
    lines = text.strip().splitlines()
    if "PRIVATE KEY" in text:
        return _("This is a private key. Give the public one, from the file that ends in .pub.")
    if lines and not all(line.startswith(_KEY_KINDS) for line in lines):
        return _("One public key a line, as in authorized_keys: “ssh-ed25519 AAAA… name”.")
    return ""


def _problem_with_url(text: str) -> object:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname):
        return _("Write it like http://host.example.com/path.")
    if parts.username or parts.password:
        return _("Leave user and password out: everybody on the machine could read them.")
    return ""


def _problem_with_certificates(text: str) -> object:
    if not text:
        return ""
    if "PRIVATE KEY" in text:
        return _("This holds a private key. Give certificates only.")
    try:
        x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        return _("This is no certificate in PEM form.")
    return ""
