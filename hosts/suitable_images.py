"""Which guest images suit, and what must be inside; docs/hosts.md says the same, held by a test."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Suitable:
    """One family of images; `name` is a proper name and stays as it is."""

    name: str
    engine: Any
    note: Any


SUITABLE = (
    Suitable(name="Debian 12 and 13, generic cloud", note=_("what the lab runs"),
             engine=_("docker.io from the distribution")),
    Suitable(name="Ubuntu 22.04 and 24.04, cloud", note=_("not tried here"),
             engine=_("docker.io from the distribution")),
    Suitable(name="Rocky Linux 9 and the like, generic cloud", note=_("not tried here"),
             engine=_("docker-ce, from the repository you name")),
)
NEEDS = _(
    "An image must have cloud-init that reads a config drive, systemd, and a kernel with ext4. "
    "Without internet it must also have Docker 20.10 or later, or a package repository that has "
    "it."
)
SELINUX = _(
    "Rocky Linux enforces SELinux. Nothing of Slipway was tried with SELinux enforcing: use Debian "
    "or Ubuntu, or test yours before you rely on it."
)
