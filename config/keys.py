"""The console's own keys, made at its first start; needs no settings, they need it."""

import base64
import secrets
import sys
from pathlib import Path


def ensure_keys(data_dir: Path) -> bool:
    """Make SECRET_KEY and ENCRYPTION_KEYS in `console.env` (0600) once; True when made now."""
    path = data_dir / "console.env"
    if path.exists():
        return False
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    path.touch(mode=0o600)
    path.write_text(
        "# Made at the first start. Keep a copy: without ENCRYPTION_KEYS\n"
        "# no stored secret can be read.\n"
        f"SECRET_KEY={secrets.token_urlsafe(48)}\nENCRYPTION_KEYS=k1:{key}\n"
    )
    return True


if __name__ == "__main__":
    ensure_keys(Path(sys.argv[1]))
