"""Which Debian mirror this machine uses, and how its apt reaches it."""

import os
import subprocess
from pathlib import Path

from lab.errors import LabError

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
FORMAT = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)"


def source_line(suite: str) -> str:
    """A sources.list line for `suite` on the mirror that the machine's own sources name.

    SLIPWAY_DEBIAN_MIRROR names another one, for machines that are not Debian.
    Raises LabError when neither names a mirror.
    """
    return f"deb [signed-by={KEYRING}] {_mirror()} {suite} main\n"


def apt_configuration(root: Path) -> str:
    """An apt.conf that keeps all state under `root` and only the machine's ways to the network."""
    settings = {
        "Dir::Etc::sourcelist": root / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::main": "/dev/null",
        "Dir::Etc::parts": root / "parts",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State::Lists": root / "lists",
        "Dir::State::status": root / "status",
        "Dir::State::extended_states": root / "extended_states",
        "Dir::Cache": root,
        "Dir::Cache::archives": root / "archives",
        "Dir::Log": root,
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    ours = "".join(f'{name} "{value}";\n' for name, value in settings.items())
    return network_settings() + ours


def network_settings() -> str:
    """Proxy, certificate and timeout settings of the machine's apt, without its hooks."""
    dump = _apt(["apt-config", "dump"])
    kept = ("Acquire::http", "Acquire::ftp", "Acquire::Check-", "Acquire::ForceIPv")
    return "".join(f"{line}\n" for line in dump.splitlines() if line.startswith(kept))


def _mirror() -> str:
    chosen = os.environ.get("SLIPWAY_DEBIAN_MIRROR")
    if chosen:
        return chosen
    codename = _codename()
    targets = _apt(["apt-get", "indextargets", "--no-release-info", "--format", FORMAT])
    for line in targets.splitlines():
        uri, release, component = line.split("|")
        if component == "main" and release in (codename, "stable", "oldstable"):
            return uri
    raise LabError(
        "This machine's apt sources name no Debian mirror. "
        "Set SLIPWAY_DEBIAN_MIRROR to the address of one and start again."
    )


def _codename() -> str:
    lines = Path("/etc/os-release").read_text().splitlines()
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    is_debian = facts.get("ID", "").strip('"') == "debian"
    return facts.get("VERSION_CODENAME", "").strip('"') if is_debian else ""


def _apt(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
