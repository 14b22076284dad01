"""Everything of this machine that a lab touches, to compare before and after.

Labs of other names may run beside it, so what bears a name is looked at by name.
"""

import re
import subprocess
from pathlib import Path

# What other work on the same machine, or time alone, changes between two looks.
RESTLESS = re.compile(
    r"^(fs/(dentry|inode|file-nr|quota|aio-nr|epoll)|kernel/(random|ns_last_pid|pty/nr|perf)"
    r"|net/ipv[46]/(conf|neigh)/|net/netfilter/nf_conntrack|kernel/sched_domain|vm/stat)"
)


def traces_of(name: str) -> dict[str, object]:
    """What there is of the lab of this name, and of what nobody but a lab would change."""
    return {
        "links": {link.name for link in Path("/sys/class/net").iterdir() if name in link.name},
        "namespaces": {file.name for file in Path(f"/run/slipway-lab-{name}/netns").glob("*")},
        "loop devices": _lines(name, "losetup", "--list", "--noheadings", "-ONAME,BACK-FILE"),
        "mounts": _mounts(name),
        "firewall": _lines(name, "iptables-save"),
        "settings": _settings(),
        "hosts file": _lines_of_hosts_file(name),
        "apt": {str(file): file.stat().st_mtime_ns for file in Path("/etc/apt").rglob("*")},
        "cgroups": {str(group) for group in Path("/sys/fs/cgroup").rglob(f"slipway-lab-{name}")},
        "processes": _processes(name),
        "folders": {
            str(found)
            for parent in ("/run", "/var/lib", "/var/log")
            for found in Path(parent).glob(f"slipway-lab-{name}*")
        },
    }


def _lines(name: str, *command: str) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return sorted(line for line in done.stdout.splitlines() if name in line.lower())


def _mounts(name: str) -> set[str]:
    """Where something is mounted, but for what engines and labs of other tests mount."""
    targets = {line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()}
    engines = ("/tmp/", "/var/lib/docker")  # noqa: S108 - looked at, not written
    others = {t for t in targets if t.startswith("/run/slipway-lab") and name not in t}
    return {t for t in targets - others if not t.startswith(engines)}


def _settings() -> dict[str, str]:
    found = {}
    root = Path("/proc/sys")
    for file in root.rglob("*"):
        name = str(file.relative_to(root))
        if file.is_file() and not RESTLESS.match(name):
            try:
                found[name] = file.read_text()
            except OSError:
                continue  # some can only be written
    return found


def _lines_of_hosts_file(name: str) -> str:
    """The whole file but for the marked blocks of other labs."""
    block = re.compile(r"\n# slipway lab (\S+) begin.*?# slipway lab \1 end\n", re.DOTALL)
    text = Path("/etc/hosts").read_text()
    return block.sub(lambda found: found[0] if found[1] == name else "", text)


def _processes(name: str) -> set[str]:
    """Command lines of processes in the lab's folders or machines, or started for it."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_text().replace("\0", " ")
            group = (entry / "cgroup").read_text()
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # ended meanwhile
        is_ours = f"SLIPWAY_LAB={name}".encode() in environment
        if command and (is_ours or f"slipway-lab-{name}" in command + group):
            found.add(command)
    return found
