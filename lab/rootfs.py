"""The system that every lab machine boots: Debian with systemd, cloud-init and an idle engine.

Built once and cached; machines use it read-only under a layer of their own. Docker Engine is
installed but neither enabled nor configured, and there are no images: what happens at first boot
is up to the user-data alone.
"""

import hashlib
import shutil
import subprocess
from pathlib import Path

from lab.errors import LabError
from lab.mirror import network_settings, source_line
from lab.packages import locked
from lab.paths import CACHE

SUITE = "trixie"
PACKAGES = """
    systemd systemd-sysv systemd-timesyncd dbus cloud-init ca-certificates
    docker.io docker-cli docker-compose containerd runc iptables
    e2fsprogs xfsprogs util-linux mount iproute2 iputils-ping procps kmod
"""
# A machine shares the kernel with its host: what would set host-wide state stays off.
MASKED = """
    systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket
    systemd-udev-trigger.service systemd-udev-settle.service systemd-sysctl.service
    systemd-modules-load.service systemd-binfmt.service systemd-timesyncd.service
    systemd-networkd-wait-online.service systemd-networkd.service systemd-networkd.socket
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer
    console-getty.service getty.target systemd-pcrphase.service modprobe@.service
    e2scrub_reap.service ldconfig.service systemd-journal-catalog-update.service
"""
IDLE = ["docker.service", "docker.socket", "containerd.service"]
CLOUD_CONFIG = """\
# The hypervisor hands user-data over as a config drive and the address by DHCP.
datasource_list: [ConfigDrive, None]
network: {config: disabled}
ssh_deletekeys: false
ssh_genkeytypes: []
"""
SKIPPED = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*"]


def rootfs() -> Path:
    """The folder with the machines' system, built when it is not in the cache yet (a minute).

    Raises LabError when it cannot be built.
    """
    root = CACHE / "rootfs" / _recipe()
    with locked(CACHE / "rootfs.lock"):
        if not root.exists():
            unfinished = root.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.parent.mkdir(parents=True, exist_ok=True)
            _build(unfinished)
            _settle(unfinished)
            unfinished.rename(root)
    return root


def _recipe() -> str:
    """A short name for exactly this system: a changed recipe is built anew."""
    parts = [SUITE, PACKAGES, MASKED, *IDLE, CLOUD_CONFIG, *SKIPPED]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _build(root: Path) -> None:
    network = CACHE / "rootfs" / "network.conf"
    network.touch(mode=0o600)  # a proxy address may carry a password
    network.write_text(network_settings())
    command = [
        "mmdebstrap",
        "--quiet",
        "--mode=root",
        "--variant=minbase",
        f"--include={','.join(PACKAGES.split())}",
        f"--aptopt={network}",
        '--aptopt=APT::Install-Recommends "false"',
        "--dpkgopt=force-unsafe-io",
        *(f"--dpkgopt=path-exclude={path}" for path in SKIPPED),
        SUITE,
        str(root),
        source_line(SUITE).strip(),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise LabError(f"Building the machines' system failed: {done.stderr.strip()[-800:]}")


def _settle(root: Path) -> None:
    """Off with the engine, with host-wide services and with every trace of this host."""
    systemctl = ["systemctl", f"--root={root}", "--quiet"]
    subprocess.run([*systemctl, "disable", *IDLE], check=True, capture_output=True)
    subprocess.run([*systemctl, "mask", *MASKED.split()], check=True, capture_output=True)
    (root / "etc/cloud/cloud.cfg.d/90_slipway_lab.cfg").write_text(CLOUD_CONFIG)
    (root / "etc/machine-id").write_text("uninitialized\n")
    for leftover in ("etc/hostname", "etc/resolv.conf", "etc/apt/sources.list"):
        (root / leftover).unlink(missing_ok=True)
    for leftover in (root / "etc/apt/apt.conf.d").glob("99mmdebstrap"):
        leftover.unlink()
    for folder in ("var/cache/apt", "var/lib/apt/lists"):
        shutil.rmtree(root / folder, ignore_errors=True)
