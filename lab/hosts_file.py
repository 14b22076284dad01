"""The lab's marked block in the host's /etc/hosts, so that programs here know the lab's names."""

import fcntl
from pathlib import Path

from lab.paths import NAME

HOSTS = Path("/etc/hosts")
BEGIN = f"\n# slipway lab {NAME} begin: removed when the lab ends\n".replace("  ", " ")
END = f"# slipway lab {NAME} end\n".replace("  ", " ")


def write(names: dict[str, str]) -> None:
    """The block says these addresses by name; without names there is no block."""
    lines = "".join(f"{address} {name}\n" for name, address in sorted(names.items()))
    with HOSTS.open("r+") as file:  # in place: in containers the file is a mount
        fcntl.flock(file, fcntl.LOCK_EX)  # labs of other names write here too
        found = file.read()
        wanted = _without_block(found) + (BEGIN + lines + END if lines else "")
        if wanted != found:
            file.seek(0)
            file.write(wanted)
            file.truncate()


def _without_block(text: str) -> str:
    if BEGIN not in text or END not in text:
        return text
    head, rest = text.split(BEGIN, 1)
    return head + rest.split(END, 1)[1]
