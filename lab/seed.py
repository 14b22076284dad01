"""What a machine finds when it boots: its config drive, its disks, its name server."""

import json
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from lab import disks

if TYPE_CHECKING:
    from lab.machines import Machine

CONFIG_DRIVE = "var/lib/cloud/seed/config_drive/openstack/latest"
DISKS = "etc/tmpfiles.d/slipway-lab-disks.conf"


def write(machine: "Machine", name_server: str) -> None:
    """Lay the files into the machine's own layer, while it is off."""
    for folder in ("upper", "work", "root", "docker", "containerd"):
        (machine.folder / folder).mkdir(parents=True, exist_ok=True, mode=0o755)
    machine.folder.chmod(0o700)
    upper = machine.folder / "upper"
    _put(upper / "etc/machine-id", uuid.uuid5(uuid.NAMESPACE_OID, machine.uuid).hex + "\n")
    _put(upper / "etc/resolv.conf", f"search lab.test\nnameserver {name_server}\n")
    _put(upper / DISKS, disks.boot_lines(machine.disks))
    _put(upper / CONFIG_DRIVE / "user_data", machine.user_data, mode=0o600)
    _put(upper / CONFIG_DRIVE / "meta_data.json", _meta_data(machine), mode=0o600)


def host_name(name: str) -> str:
    """The machine's name as a host name."""
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")[:63] or "machine"


def _meta_data(machine: "Machine") -> str:
    """The config drive's meta data: what Prism was given, over what AHV adds by itself."""
    given = json.loads(machine.meta_data) if machine.meta_data.strip() else {}
    return json.dumps({"uuid": machine.uuid, "hostname": host_name(machine.name), **given})


def _put(file: Path, content: str | bytes, mode: int = 0o644) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    file.chmod(mode)
