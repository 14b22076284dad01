"""The host programs the lab runs on, installed by the machine's own apt when they are missing."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.errors import LabError
from lab.mirror import KEYRING

PACKAGE_OF = {
    "systemd-nspawn": "systemd-container",
    "mmdebstrap": "mmdebstrap",
    "iptables": "iptables",
    "ip": "iproute2",
    "losetup": "mount",
    "nsenter": "util-linux",
    "mkfs.ext4": "e2fsprogs",
}
KEYRING_PACKAGE = "debian-archive-keyring"
DAEMON_POLICY = Path("/usr/sbin/policy-rc.d")


def ensure() -> None:
    """Every package that `missing` names is installed; nothing was started by installing it.

    Raises LabError when not root, when the machine has no apt, or when apt fails.
    """
    if os.geteuid() != 0:
        raise LabError("The lab makes machines and networks, so it needs root. Start it with sudo.")
    packages = missing()
    if not packages:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        raise LabError(
            f"The lab needs these Debian packages and finds no apt: {', '.join(packages)}."
        )
    with _daemons_held_back():
        _apt(["apt-get", "-q", "update"])
        _apt([*command, "-q", "-o", "DPkg::Lock::Timeout=300"])


def missing() -> list[str]:
    """The Debian packages whose program, or Debian's keys, are not on this machine."""
    packages = {package for tool, package in PACKAGE_OF.items() if not shutil.which(tool)}
    if not Path(KEYRING).exists():
        packages.add(KEYRING_PACKAGE)
    return sorted(packages)


@contextmanager
def _daemons_held_back() -> Iterator[None]:
    """While inside, packages start no daemon; a policy of the machine's own is left alone."""
    if DAEMON_POLICY.exists():
        yield
        return
    DAEMON_POLICY.write_text("#!/bin/sh\nexit 101\n")
    DAEMON_POLICY.chmod(0o755)
    try:
        yield
    finally:
        DAEMON_POLICY.unlink(missing_ok=True)


def _apt(command: list[str]) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, text=True, env=quiet)
    if done.returncode:
        problem = done.stderr.strip()[-600:]
        raise LabError(f"`{' '.join(command)}` failed; run it by hand to see more: {problem}")
