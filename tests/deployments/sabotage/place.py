"""Where sabotage happens, what it is, and the hands that do it."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from certificates.services import trust_bundle
from deployments.clients import open_harbor
from deployments.models import HarborInstance
from harbor.client import HarborClient
from lab.control import Lab
from lib.errors import ServiceError
from lib.waiting import wait_until

INSTALL = "/opt/harbor"
OVERRIDE = f"{INSTALL}/docker-compose.override.yml"


@dataclass
class Place:
    """A deployed registry as its host's administrator sees it. Nobody here changes a row."""

    instance: HarborInstance
    folder: Path

    def on_host(self, *command: str) -> str:
        """What a program prints that is typed at the machine's console."""
        done = Lab.connect().inside(self.instance.host.name, *command)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def compose(self, *arguments: str) -> None:
        """`docker compose`, typed in the install folder."""
        self.on_host("sh", "-c", f'cd {INSTALL} && docker compose "$@"', "sh", *arguments)

    @cached_property
    def root(self) -> Path:
        """The root folder of the running machine."""
        found = next(m for m in Lab.connect().machines() if m["name"] == self.instance.host.name)
        return Path(f"/proc/{found['pid']}/root")

    @contextmanager
    def edited(self, path: str, change: Callable[[str], str]) -> Iterator[None]:
        """A file of the host says something else meanwhile; inode, owner and mode stay."""
        file = self.root / path.lstrip("/")
        right = file.read_text()
        wrong = change(right)
        assert wrong != right, f"{path} has not what should be changed"
        file.write_text(wrong)
        try:
            yield
        finally:
            file.write_text(right)

    def harbor(self, password: str | None = None) -> HarborClient:
        """Harbor's API as its administrator."""
        ca_file = self.folder / "ca.pem"
        ca_file.write_text(trust_bundle(self.instance.certificate))
        return open_harbor(self.instance, str(ca_file), password=password)

    def health(self) -> dict[str, str] | None:
        """What Harbor says of its components; None while it says nothing."""
        with self.harbor() as client, contextlib.suppress(ServiceError):
            return client.health()
        return None

    def await_ill(self, component: str) -> None:
        """Harbor looks after its components every ten seconds (`harbor.md 5.2`)."""
        wait_until(
            lambda: (self.health() or {}).get(component),
            what=f"Harbor to notice its ill {component}", timeout=60, interval=0.2,
        )

    def await_well(self) -> None:
        """Harbor answers and calls every component healthy."""
        wait_until(
            lambda: (found := self.health()) and not any(found.values()),
            what="a healthy Harbor", timeout=120, interval=0.2,
        )


@dataclass(frozen=True)
class Fault:
    """Something broken outside Slipway. `failing`: check → words its advice must have."""

    sabotage: Callable[[Place], contextlib.AbstractContextManager[None]]
    failing: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.sabotage.__name__
