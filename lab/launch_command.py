"""The command line that boots one machine."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lab import launch
from lab.network import NAMESPACES
from lab.seed import host_name

if TYPE_CHECKING:
    from lab.machines import Machine


def launch_command(machine: "Machine", rootfs: Path, cgroup: Path) -> list[str]:
    """systemd-nspawn as a virtual machine (real-parts.md 10), in mounts and cgroup of its own."""
    folder = machine.folder
    own_mounts = ["unshare", "--mount", "--propagation", "slave"]
    launcher = [sys.executable, "-I", launch.__file__, str(cgroup), str(rootfs), str(folder)]
    nspawn = [
        "systemd-nspawn",
        "--quiet",
        "--boot",
        f"--directory={folder / 'root'}",
        f"--machine=slw-{machine.uuid[:8]}",
        f"--hostname={host_name(machine.name)}",
        "--register=no",
        "--keep-unit",
        "--capability=all",
        "--system-call-filter=add_key keyctl bpf",
        f"--network-namespace-path={NAMESPACES / machine.uuid}",
        "--resolv-conf=off",
        "--timezone=off",
        "--link-journal=no",
        "--console=pipe",
        # the engine's own layers cannot lie on the machine's layer
        f"--bind={folder / 'docker'}:/var/lib/docker",
        f"--bind={folder / 'containerd'}:/var/lib/containerd",
    ]
    return [*own_mounts, *launcher, *nspawn]
