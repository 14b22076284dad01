"""Bring a whole lab up and take it down again."""

import json
import os
import secrets
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from lab import clean, firewall, needs, network
from lab.control import ControlServer
from lab.desk import Desk
from lab.dns import Names, NameServer
from lab.errors import LabError
from lab.machines import MachineHypervisor
from lab.paths import RUN, SUFFIX
from lab.prism import Knobs, PrismSimulator
from lab.prism import Subnet as PrismSubnet
from lab.release.build import archive
from lab.rootfs import rootfs
from lab.volume_driver.registry import PluginRegistry

LOCK = f"\0slipway-lab{SUFFIX}"  # in the abstract namespace: free again when its owner dies
PRISM_PORT = 9440
TASK_SECONDS = 0.5


class RunningLab:
    """A Nutanix cluster on this machine, from `start` to `stop`; also a context manager.

    `role` is what Prism says it is: "pc" for Prism Central v4, "pe" for Prism Element v2.
    With `release`, the stand-in release is built as well when it is not in the cache.
    """

    def __init__(
        self,
        *,
        role: str = "pc",
        release: bool = False,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._role = role
        self._release = release
        self._say = say
        self._end = ExitStack()

    def start(self) -> "RunningLab":
        """Everything is up and RUN/lab.json says where. Raises LabError with the reason if not."""
        needs.ensure()
        self._take_lock()
        try:
            clean.sweep()
            self._end.callback(clean.sweep)
            RUN.mkdir(parents=True, mode=0o700)
            (RUN / "lab.pid").write_text(str(os.getpid()))
            self._start_parts()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Nothing of the lab is left on this machine."""
        self._end.close()

    def __enter__(self) -> "RunningLab":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def archive(self) -> Path:
        """The stand-in release's installer archive; built now when it is not in the cache."""
        return archive()

    def facts(self) -> dict[str, object]:
        """Where everything is and how to log in; also written to RUN/lab.json."""
        return {
            "prism_url": self.prism.url,
            "prism_ca_pem_path": str(RUN / "prism-ca.pem"),
            "username": self.prism.username,
            "password": self.prism.password,
            "role": self._role,
            "cluster": self.prism.cluster.name,
            "subnet": self.prism.subnet.name,
            "container": self.prism.container.name,
            "image": self.prism.image.name,
            "archive": str(archive()) if self._release else "",
            "plugin": self.plugins.reference,
            "plugin_ca_pem_path": str(RUN / "plugins-ca.pem"),
            "dns": f"{self.subnet.gateway}:53",
            "bridge": network.BRIDGE,
            "network": str(self.subnet.network),
            "pid": os.getpid(),
        }

    def _take_lock(self) -> None:
        lock = self._end.enter_context(socket.socket(socket.AF_UNIX))
        try:
            lock.bind(LOCK)
        except OSError as error:
            self._end.close()
            raise LabError(
                "A lab is running on this machine already. Use that one, or end it with "
                "`python -m lab down`."
            ) from error

    def _start_parts(self) -> None:
        self._say("Preparing the machines' system (minutes, the first time)")
        with ThreadPoolExecutor() as builders:
            building = builders.submit(archive) if self._release else None
            system = rootfs()
            if building:
                building.result()
        self._say("Making the network")
        self.subnet = network.bring_up()
        firewall.open_up(self.subnet.gateway)
        self.hypervisor = MachineHypervisor(system, self.subnet)
        self._end.callback(self.hypervisor.stop)
        self.names = Names(self.hypervisor.addresses)
        self._run(NameServer(self.names, self.subnet.gateway))
        self.prism = self._make_prism()
        self._run(self.prism)
        self.plugins = PluginRegistry(self.subnet.gateway, prism_ca_pem=self.prism.ca_pem)
        self._run(self.plugins)
        self._run(ControlServer(Desk(self), RUN / "control.sock"))
        self._write("prism-ca.pem", self.prism.ca_pem)
        self._write("plugins-ca.pem", self.plugins.ca_pem)
        self._write("lab.json", json.dumps(self.facts(), indent=2) + "\n")

    def _make_prism(self) -> PrismSimulator:
        subnet = PrismSubnet(
            network=str(self.subnet.network),
            gateway=self.subnet.gateway,
            pool=self.subnet.pool,
            dns=[self.subnet.gateway],
        )
        return PrismSimulator(
            self.hypervisor,
            subnet=subnet,
            bind=self.subnet.gateway,
            port=PRISM_PORT,
            knobs=Knobs(role=self._role, task_seconds=TASK_SECONDS),
            names=("localhost", "prism.lab.test"),
            password=secrets.token_urlsafe(12),
        )

    def _run(self, part: NameServer | PrismSimulator | PluginRegistry | ControlServer) -> None:
        part.start()
        self._end.callback(part.stop)

    def _write(self, name: str, text: str) -> None:
        file = Path(RUN / name)
        file.touch(mode=0o600)
        file.write_text(text)
