"""Which names we accept, and every reason why not."""

import ipaddress
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_PROJECT = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_RESERVED = {"localhost", "reg.mydomain.com"}


def problems_with_label(value: str) -> list[str]:
    """Why `value` is no name for a host, a volume or an instance; empty when it is one.

    No underscore: volume names become iSCSI targets (`nutanix.md 5.3`).
    """
    problems = []
    if not value:
        return [_("A name is needed.")]
    if not value.isascii():
        problems.append(_("Only the letters a to z, digits and hyphens are allowed."))
    elif value != value.lower():
        problems.append(_("Upper-case letters are not allowed."))
    if "_" in value:
        problems.append(_("An underscore is not allowed: volumes cannot carry one. Use a hyphen."))
    if len(value) > 40:
        problems.append(_("The name has %d characters; at most 40 are allowed.") % len(value))
    if not problems and not _LABEL.fullmatch(value):
        problems.append(_("Use letters, digits and hyphens, with a letter or digit at both ends."))
    return problems


def problems_with_fqdn(value: str) -> list[str]:
    """Why `value` cannot be the address of a registry; empty when it can (`harbor.md 2.1`)."""
    if not value:
        return [_("A fully qualified domain name is needed.")]
    problems = []
    if value in _RESERVED or _is_address(value):
        problems.append(_("“%s” cannot be used: give a name that your clients resolve.") % value)
    elif not value.isascii():
        problems.append(_("Write the name in ASCII (punycode for international names)."))
    elif value != value.lower():
        problems.append(_("Upper-case letters are not allowed."))
    if len(value) > 253:
        problems.append(_("The name has %d characters; at most 253 are allowed.") % len(value))
    if problems:
        return problems
    labels = value.split(".")
    if len(labels) < 2:
        problems.append(_("“%s” has no domain: write it like registry.example.com.") % value)
    problems += [
        _("“%s” is not a valid part of a domain name.") % label
        for label in labels
        if not _LABEL.fullmatch(label) or len(label) > 63
    ]
    return problems


def validate_dns_label(value: str) -> None:
    """Raise ValidationError with every problem of the name."""
    _raise(problems_with_label(value))


def validate_fqdn(value: str) -> None:
    """Raise ValidationError with every problem of the domain name."""
    _raise(problems_with_fqdn(value))


def validate_project_name(value: str) -> None:
    """Raise ValidationError unless Harbor takes `value` as a project name (`harbor.md 5.4`)."""
    problems = []
    if not _PROJECT.fullmatch(value) or len(value) > 255:
        problems.append(_("Use lower-case letters and digits, separated by single . _ or -."))
    elif value.isdigit():
        problems.append(_("A project name of digits only would be read as a number."))
    _raise(problems)


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        return False
    return True


def _raise(problems: list[str]) -> None:
    if problems:
        raise ValidationError(problems)
