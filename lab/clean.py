"""Leave the machine as it was, whatever state a lab was left in."""

import shutil

from lab import cgroups, disks, firewall, hosts_file, network
from lab.commands import run
from lab.paths import DATA, RUN


def sweep() -> None:
    """Nothing of a lab is left: machines, mounts, disks, network, rules, names, files.

    Works from what the machine shows, not from what a lab remembered, so it also clears away a
    lab that was killed.
    """
    cgroups.kill_all()
    network.take_down()
    firewall.close()
    _unmount_all()
    for loop in disks.loops_under(DATA):
        run("losetup", "--detach", loop)
    hosts_file.write({})
    shutil.rmtree(DATA, ignore_errors=True)
    shutil.rmtree(RUN, ignore_errors=True)


def _unmount_all() -> None:
    """Nothing is mounted under the lab's folders."""
    with open("/proc/self/mounts") as mounts:
        targets = [line.split()[1] for line in mounts]
    for target in reversed(targets):
        if target.startswith((f"{RUN}/", f"{DATA}/")):
            run("umount", target)
