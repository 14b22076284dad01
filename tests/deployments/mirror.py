"""A real distribution registry at the lab's own address: TLS by a CA of ours, a login for one."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.utils import timezone

from certificates.keys import key_to_pem, new_key
from certificates.signing import Signer, sign_authority, sign_leaf, to_pem
from lib.waiting import wait_until

USER, PASSWORD = "reader", "Reading12345"
# Of PASSWORD; a registry takes bcrypt only.
_HTPASSWD = f"{USER}:$2b$05$P/xJo/YraLe27ZzOj/FCfOlBCygSM.k0Qq54D2tqlFCYKpDUcWMkq\n"
_REPOSITORIES = "docker/registry/v2/repositories"


class Mirror:
    """`name` wants the login, `open_name` none; both serve what lies in `storage`."""

    def __init__(self, folder: Path, address: str) -> None:
        self.storage = folder / "storage"
        self.storage.mkdir()
        (folder / "htpasswd").write_text(_HTPASSWD)
        self.ca_pem = _write_certificate(folder, address)
        login = {"htpasswd": {"realm": "mirror", "path": str(folder / "htpasswd")}}
        self.name, self._guarded = self._configure(folder, address, auth=login)
        self.open_name, self._open = self._configure(folder, address)

    @contextmanager
    def running(self, program: Path) -> Iterator["Mirror"]:
        commands = [[str(program), "serve", str(path)] for path in (self._guarded, self._open)]
        log = (self.storage.parent / "log").open("wb")
        processes = [subprocess.Popen(c, stdout=log, stderr=log) for c in commands]
        try:
            for name in (self.name, self.open_name):
                wait_until(lambda name=name: _answers(name), what=name, timeout=20)
            yield self
        finally:
            for process in processes:
                process.terminate()
                process.wait(10)
            log.close()

    def serve_without_prefix(self, prefix: str) -> None:
        """What lies below the prefix is there without it, too: in a registry, names are links."""
        top = self.storage / _REPOSITORIES
        shutil.copytree(top / prefix, top, dirs_exist_ok=True)

    @contextmanager
    def lacking(self, repository: str) -> Iterator[None]:
        there = self.storage / _REPOSITORIES / repository
        hidden = self.storage / repository.replace("/", "-")
        there.rename(hidden)
        try:
            yield
        finally:
            hidden.rename(there)

    def _configure(self, folder: Path, address: str, **more: object) -> tuple[str, Path]:
        name = f"{address}:{_free_port(address)}"
        files = {"certificate": str(folder / "server.pem"), "key": str(folder / "server.key")}
        document = {
            "version": "0.1", "log": {"accesslog": {"disabled": True}, "level": "error"},
            # Without the cache it looks at the disk each time, where a test takes things away.
            "storage": {"filesystem": {"rootdirectory": str(self.storage)}},
            "http": {"addr": name, "tls": files}, **more,
        }
        path = folder / f"{name.rpartition(':')[2]}.yml"
        path.write_text(json.dumps(document))
        return name, path


def new_ca(name: str) -> tuple[str, Signer]:
    key = new_key()
    certificate = sign_authority(name, key, now=timezone.now(), days=3)
    return to_pem(certificate), Signer(certificate=certificate, key=key)


def _write_certificate(folder: Path, address: str) -> str:
    ca_pem, signer = new_ca("Mirror CA")
    key = new_key()
    leaf = sign_leaf(
        "mirror", key, signer=signer, names=[], addresses=[address], usage="server",
        now=timezone.now(), days=2,
    )
    (folder / "server.pem").write_text(to_pem(leaf))
    (folder / "server.key").write_text(key_to_pem(key))
    return ca_pem


def _free_port(address: str) -> int:
    with closing(socket.socket()) as free:
        free.bind((address, 0))
        return free.getsockname()[1]


def _answers(name: str) -> bool:
    host, _, port = name.partition(":")
    with closing(socket.socket()) as probe:
        return probe.connect_ex((host, int(port))) == 0
