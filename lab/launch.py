"""Become one machine: join its cgroup, lay its own layer over the common system, boot.

Runs as a program in a mount namespace of its own, so that a machine's mounts end with it:
launch.py CGROUP LOWER MACHINE_FOLDER SYSTEMD-NSPAWN ARGUMENTS...
"""

import os
import subprocess
import sys


def main(cgroup: str, lower: str, folder: str, *nspawn: str) -> None:
    with open(f"{cgroup}/cgroup.procs", "w") as file:
        file.write(str(os.getpid()))
    layers = f"lowerdir={lower},upperdir={folder}/upper,workdir={folder}/work"
    # what systemd-nspawn leaves behind in its own state folder goes with the machine
    os.makedirs("/run/systemd/nspawn", exist_ok=True)
    state = ["mount", "-t", "tmpfs", "tmpfs", "/run/systemd/nspawn"]
    subprocess.run(state, check=True)
    overlay = ["mount", "-t", "overlay", "overlay", "-o", layers, f"{folder}/root"]
    subprocess.run(overlay, check=True)
    environment = {
        "PATH": os.environ["PATH"],
        "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
        # the host's kernel settings stay out of reach, and /sys shows the machine's own network
        "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network",
    }
    os.execvpe(nspawn[0], nspawn, environment)  # noqa: S606


if __name__ == "__main__":
    main(*sys.argv[1:])
