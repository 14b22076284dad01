"""Secrets of a Harbor: those made anew at each run and those kept for ever (harbor.md 1.5, 1.6)."""

import ctypes
import secrets
import string
from dataclasses import dataclass

from . import authority
from .folders import HARBOR, make_folder, own
from .places import Places

LETTERS = string.ascii_letters + string.digits
REGISTRY_USER = "harbor_registry_user"


@dataclass(frozen=True, kw_only=True)
class RunSecrets:
    """Made at every run: all containers must be made again afterwards."""

    core: str
    jobservice: str
    csrf: str
    registry_password: str
    scanner_prefix: str


def new_run_secrets() -> RunSecrets:
    return RunSecrets(core=_letters(16), jobservice=_letters(16), csrf=_letters(32),
                      registry_password=_letters(32), scanner_prefix=_letters(8))


def htpasswd_line(password: str) -> str:
    """The registry's password file; cost 5 as htpasswd's default, it is checked at each call."""
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    hashed = library.crypt(password.encode(), b"$2b$05$" + _letters(22).encode())
    return f"{REGISTRY_USER}:{hashed.decode()}\n"


def keep_or_make(places: Places) -> None:
    """secretkey, the token signing key and its certificate: made once, kept when present."""
    _keep_secret_key(places)
    key = places.data / "secret/core/private_key.pem"
    certificate = places.data / "secret/registry/root.crt"
    if key.exists() and certificate.exists():
        print("loaded the signing key and certificate of an earlier run")
        return
    key_pem, certificate_pem = authority.signing_pair()
    for path, content in ((key, key_pem), (certificate, certificate_pem)):
        make_folder(path.parent, owner=HARBOR)
        path.write_bytes(content)
        path.chmod(0o600)
        own(path, HARBOR)
        print(f"Successfully generated {path}")


def _keep_secret_key(places: Places) -> None:
    path = places.data / "secret/keys/secretkey"
    make_folder(path.parent, owner=HARBOR)
    if path.exists():
        print(f"loaded secret from file: {path}")
    else:
        path.write_text(_letters(16))
        print(f"Generated and saved secret to file: {path}")
    path.chmod(0o600)
    own(path, HARBOR)


def _letters(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))
