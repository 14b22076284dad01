"""What a client of a registry needs to trust it: one script, or the same files as an archive."""

import gzip
import shlex
from collections.abc import Mapping
from pathlib import Path

from certificates.reading import certificates_in
from certificates.signing import to_pem
from lib.archives import File, tar_of

_BODY = Path(__file__).with_name("trust.sh")
_HOSTS_TOML = """\
# Written by trust.sh
server = "https://{registry}"

[host."https://{registry}"]
  capabilities = ["pull", "resolve", "push"]
  ca = "/etc/containerd/certs.d/{registry}/ca.crt"
"""


def installer(registry: str, authorities_pem: str) -> str:
    """A shell script that makes a machine trust `registry`, a host with its port unless 443.

    It asks nobody, so it works without a network; there is no secret in it.
    """
    return (
        f"#!/bin/sh\n# Makes this machine trust the registry {registry}. Holds no secret.\n"
        f"set -eu\nregistry={shlex.quote(registry)}\n"
        f"authority() {{ cat <<'PEM'\n{_clean(authorities_pem)}PEM\n}}\n"
        f"hosts_toml() {{ cat <<'TOML'\n{_HOSTS_TOML.format(registry=registry)}TOML\n}}\n"
        f"{_BODY.read_text()}"
    )


def trust_archive(registry: str, authorities_pem: str) -> bytes:
    """The script, and the files that it writes as a tree for configuration management (.tar.gz).

    Which folder is whose: `certs.d` of Docker (harbor.md 5.15), of Podman and CRI-O
    (containers-certs.d(5)), of containerd (its hosts.md), and the stores of Debian and RHEL.
    """
    files = {"trust.sh": File(installer(registry, authorities_pem).encode(), mode=0o755)}
    for path, text in _tree(registry, _clean(authorities_pem)).items():
        files[f"tree/{path}"] = File(text.encode())
    return gzip.compress(tar_of(files))


def _tree(registry: str, pem: str) -> Mapping[str, str]:
    tree = {f"etc/{folder}/certs.d/{registry}/ca.crt": pem
            for folder in ("docker", "containers", "containerd")}
    tree[f"etc/containerd/certs.d/{registry}/hosts.toml"] = _HOSTS_TOML.format(registry=registry)
    for number, part in enumerate(certificates_in(pem), start=1):
        name = f"slipway-{registry.replace(':', '_')}-{number}.crt"
        tree[f"usr/local/share/ca-certificates/{name}"] = to_pem(part)
        tree[f"etc/pki/ca-trust/source/anchors/{name}"] = to_pem(part)
    return tree


def _clean(pem: str) -> str:
    """The certificates alone: nothing else of the text gets into a script."""
    return "".join(to_pem(part) for part in certificates_in(pem))
