"""Which images a Harbor release consists of, and how they are named elsewhere."""

import re

from harbor.types import Image

# `harbor.md 1.2`. Trivy and the exporter are not deployed, so they are not asked for.
_NAMES = (
    "prepare", "harbor-log", "nginx-photon", "harbor-portal", "harbor-core",
    "harbor-jobservice", "registry-photon", "harbor-registryctl", "harbor-db",
)


def public_images(version: str) -> list[Image]:
    """The images Harbor publishes for `version`, under the names its compose file uses."""
    # The cache changed its image within the 2.15 line (`harbor.md 2.4`).
    cache = "valkey-photon" if release_number(version) >= (2, 15, 2) else "redis-photon"
    return [
        Image(name=name, reference=f"goharbor/{name}:{version}") for name in (*_NAMES, cache)
    ]


def mirrored(reference: str, prefix: str) -> str:
    """Where a mirror keeps `reference`."""
    return f"{prefix.rstrip('/')}/{reference}"


def registry_of(reference: str) -> str:
    """The registry that `reference` or a prefix of it names; Docker's own when it names none."""
    first, slash, _ = reference.partition("/")
    # A first part without dot and port is a folder of Docker Hub, as in goharbor/prepare.
    names_one = not slash or "." in first or ":" in first or first == "localhost"
    return first if names_one else "docker.io"


def release_number(version: str) -> tuple[int, int, int]:
    """(2, 15, 2) of `v2.15.2` or `v2.15.2-anything`. Raises ValueError for anything else."""
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)(?:$|[-+.])", version)
    if not found:
        raise ValueError(f"“{version}” is no version of Harbor: write it like v2.15.2.")
    major, minor, patch = (int(part) for part in found.groups())
    return major, minor, patch
