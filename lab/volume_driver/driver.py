"""A Docker volume driver whose volumes are volume groups of a Prism: one each, of the same name.

Runs as the program of a managed plugin, on the Python of the host's own /usr; needs nothing else
of ours but `element.py` beside it. Speaks Docker's volume plugin protocol on a Unix socket. In
place of iSCSI the lab's Prism plugs the disk into the machine.
"""

import json
import os
import re
import socketserver
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from element import Prism, Refused

SOCKET = "/run/docker/plugins/nutanix.sock"
MOUNTS = Path("/mnt/volumes")
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")
DEFAULT_SIZE_MB = 10240
DISK = "/dev/disk/by-id/scsi-SNUTANIX_VDISK_{uuid}"
DISK_SECONDS = 20


class Driver:
    """Docker's verbs; each takes the request and gives the answer."""

    def __init__(self, prism: Prism, container: str) -> None:
        self._prism = prism
        self._container = container
        self._users: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def answer(self, verb: str, asked: dict) -> dict:
        """What Docker is told; problems are told in `Err`."""
        known = {
            "/Plugin.Activate": lambda _: {"Implements": ["VolumeDriver"]},
            "/VolumeDriver.Capabilities": lambda _: {"Capabilities": {"Scope": "global"}},
            "/VolumeDriver.Create": self._create,
            "/VolumeDriver.Remove": self._remove,
            "/VolumeDriver.Mount": self._mount,
            "/VolumeDriver.Unmount": self._unmount,
            "/VolumeDriver.Path": lambda a: {"Mountpoint": self._mountpoint(a["Name"])},
            "/VolumeDriver.Get": lambda a: {"Volume": self._shown(self._group(a)["name"])},
            "/VolumeDriver.List": lambda _: {"Volumes": list(map(self._shown, self._groups()))},
        }
        try:
            with self._lock:
                return {"Err": "", **known[verb](asked)}
        except (Refused, OSError, subprocess.CalledProcessError) as problem:
            return {"Err": str(problem)}

    def _create(self, asked: dict) -> dict:
        name, options = asked["Name"], asked.get("Opts") or {}
        if not NAME.fullmatch(name):
            raise Refused(
                f"Invalid volume name {name}: it becomes part of an iSCSI name, so only lower-case "
                "letters, digits, '-' and '.' are allowed."
            )
        unknown = set(options) - {"sizeMb"}
        if unknown:
            raise Refused(f"Unknown option {', '.join(sorted(unknown))}; there is sizeMb.")
        if name not in self._groups():
            size_mb = int(options.get("sizeMb", DEFAULT_SIZE_MB))
            self._prism.create(name, size_mb, self._prism.container(self._container))
        return {}

    def _remove(self, asked: dict) -> dict:
        self._prism.delete(self._group(asked)["uuid"])
        return {}

    def _mount(self, asked: dict) -> dict:
        group, name = self._group(asked), asked["Name"]
        mountpoint = MOUNTS / name
        if not mountpoint.is_mount():
            self._prism.switch(group["uuid"], "open")
            device = _awaited(DISK.format(uuid=group["diskList"][0]["vmDiskUuid"]))
            if subprocess.run(["blkid", device], capture_output=True).returncode:
                subprocess.run(["mkfs.ext4", "-q", device], check=True)
            mountpoint.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "-t", "ext4", device, str(mountpoint)], check=True)
        self._users.setdefault(name, set()).add(asked.get("ID", ""))
        return {"Mountpoint": str(mountpoint)}

    def _unmount(self, asked: dict) -> dict:
        group, name = self._group(asked), asked["Name"]
        users = self._users.setdefault(name, set())
        users.discard(asked.get("ID", ""))
        if not users:
            if (MOUNTS / name).is_mount():
                subprocess.run(["umount", str(MOUNTS / name)], check=True)
            self._prism.switch(group["uuid"], "close")
        return {}

    def _groups(self) -> dict[str, dict]:
        return self._prism.groups()

    def _group(self, asked: dict) -> dict:
        found = self._groups().get(asked["Name"])
        if not found:
            raise Refused(f"Prism has no volume group named {asked['Name']}.")
        return found

    def _shown(self, name: str) -> dict:
        return {"Name": name, "Mountpoint": self._mountpoint(name)}

    def _mountpoint(self, name: str) -> str:
        return str(MOUNTS / name) if (MOUNTS / name).is_mount() else ""


class Handler(BaseHTTPRequestHandler):
    """One request of the engine."""

    def do_POST(self) -> None:  # noqa: N802
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = json.dumps(self.server.driver.answer(self.path, json.loads(body or b"{}")))
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.docker.plugins.v1.2+json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    def address_string(self) -> str:
        return "engine"


def _awaited(device: str) -> str:
    deadline = time.monotonic() + DISK_SECONDS
    while not Path(device).exists():
        if time.monotonic() > deadline:
            raise Refused(f"The disk {device} did not appear in {DISK_SECONDS} s.")
        time.sleep(0.05)
    return device


def main() -> None:
    """Serve until the engine disables the plugin."""
    names = ("PRISM_IP", "PRISM_USERNAME", "PRISM_PASSWORD", "PRISM_CA")
    address, username, password, ca_pem = (os.environ[name] for name in names)
    server = socketserver.ThreadingUnixStreamServer(SOCKET, Handler)
    server.driver = Driver(
        Prism(address, username, password, ca_pem), os.environ["DEFAULT_CONTAINER"]
    )
    server.serve_forever()


if __name__ == "__main__":
    main()
