"""The driver as a managed plugin: a folder for `docker plugin create`.

Its root file system is empty but for its program: everything else is the machine's own /usr,
mounted read-only.
"""

import json
import shutil
from pathlib import Path

PROGRAMS = ("driver.py", "element.py")
NAME = "nutanix:latest"
LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}
FOLDERS = ("usr", "dev", "proc", "sys", "tmp", "etc", "run/docker/plugins", "mnt/volumes")


def write(folder: Path, settings: dict[str, str]) -> None:
    """The plugin lies in `folder`, with these settings (nutanix.md 5.1; PRISM_CA is ours)."""
    root = folder / "rootfs"
    for each in FOLDERS:
        (root / each).mkdir(parents=True)
    for name, target in LINKS.items():
        (root / name).symlink_to(target)
    for program in PROGRAMS:
        shutil.copy(Path(__file__).parent / program, root / program)
    configuration = folder / "config.json"
    configuration.touch(mode=0o600)  # the settings hold a password
    configuration.write_text(json.dumps(_configuration(settings), indent=2))


def _configuration(settings: dict[str, str]) -> dict[str, object]:
    return {
        "description": "Stand-in of the Nutanix volume driver, for the Slipway lab",
        "documentation": "",
        "entrypoint": ["/usr/bin/python3", "/driver.py"],
        "workdir": "/",
        "interface": {"types": ["docker.volumedriver/1.0"], "socket": "nutanix.sock"},
        "network": {"type": "host"},
        "propagatedMount": "/mnt/volumes",
        "mounts": [_bind("/dev", "rbind"), _bind("/usr", "rbind", "ro")],
        "linux": {"capabilities": ["CAP_SYS_ADMIN"], "allowAllDevices": True, "devices": None},
        "env": [
            {"name": name, "value": value, "settable": ["value"], "description": ""}
            for name, value in settings.items()
        ],
        "args": {"name": "", "value": [], "settable": None, "description": ""},
    }


def _bind(path: str, *options: str) -> dict[str, object]:
    return {
        "name": path.strip("/"),
        "type": "bind",
        "source": path,
        "destination": path,
        "options": list(options),
        "settable": None,
        "description": "",
    }
