"""Where a fault is played: a simulated Prism of either kind, a planned host with one volume."""

import re
import sys

from certificates.services import issue
from hosts import engine
from hosts.engine.connection import connect
from hosts.services import plan_host, plan_volumes
from hosts.steps import meet_engine
from hosts.steps import prism as prism_steps
from lab.prism import PrismSimulator
from nutanix.models import Prism
from tests.hosts.conftest import cluster_behind
from tests.hosts.faults.engine import Engines

# What may go wrong: method, address with Prism Central, address with Prism Element.
CALLS = {
    "create": ("POST", r"/ahv/config/vms$", r"/v2\.0/vms/?$"),
    "power-on": ("POST", r"/\$actions/power-on$", r"/set_power_state$"),
    "attach": ("POST", r"/\$actions/attach-vm$", r"/attach$"),
    "detach": ("POST", r"/\$actions/detach-vm$", r"/detach$"),
    "add disk": ("POST", r"/volume-groups/[^/]+/disks$", r"/volume_groups/[^/]+/disks$"),
    "delete group": ("DELETE", r"/volume-groups/[^/]+$", r"/volume_groups/[^/]+$"),
    "image": ("POST", r"/content/images$", r"/images/?$"),
}


class Stage:
    """A Prism, the rows about it, and short words for what faults need."""

    def __init__(
        self, prism: PrismSimulator, kind: str, carry_out, monkeypatch, engines: Engines
    ) -> None:
        self.prism, self.kind, self.knobs = prism, kind, prism.knobs
        self.is_element = kind == "pe_v2"
        self.knobs.role = "pe" if self.is_element else "pc"
        cluster = cluster_behind(
            prism.url, prism.ca_pem, prism.username, prism.password, kind=kind
        )
        self.row = cluster.prism
        self.host = plan_host(
            name="harbor-01", cluster=cluster, cpus=2, memory_mib=4096, disk_gib=40
        )
        plan_volumes(
            claimed_by=str(self.host.uuid), prefix="harbor", sizes={"database": 1},
            backend="volume_group", host=self.host, cluster=cluster,
        )
        self._carry_out, self._monkeypatch = carry_out, monkeypatch
        self._engines = engines
        self.pauses: list[float] = []
        self.on_pause = lambda: None
        monkeypatch.setattr(prism_steps, "_pause", self._pause)
        self.limit("LOOK_SECONDS", 0.0)
        prism.journal.clear()

    def _pause(self, run, seconds: float) -> None:
        run.checkpoint()
        self.pauses.append(seconds)
        self.on_pause()

    def limit(self, name: str, seconds: float) -> None:
        """How long the steps wait, instead of minutes."""
        module = "power" if name == "ADDRESS_SECONDS" else "prism"
        self._monkeypatch.setattr(sys.modules[f"hosts.steps.{module}"], name, seconds)

    def impatient(self, seconds: float) -> None:
        """Wait so long for an answer: less than a connection's page lets people choose."""
        self._monkeypatch.setattr(
            Prism, "read_timeout", property(lambda row: seconds, lambda row, given: None)
        )

    def engine_of_another(self) -> None:
        """At the host's address, which leads here, an engine of another name answers."""
        self._monkeypatch.setattr(
            engine, "connect", lambda address, port, **how: connect("127.0.0.1", port, **how)
        )
        self._monkeypatch.setattr(meet_engine, "FOREIGN_SECONDS", 0.0)
        self._monkeypatch.setattr(meet_engine, "ANSWER_SECONDS", {True: 5.0})
        self.host.refresh_from_db()
        other = issue(self.host.authority, common_name="other", names=["other.slipway.internal"])
        self.host.record(engine_port=self._engines.serve(other))

    def engine_of_ours(self) -> None:
        """The host's own engine answers there again."""
        self.host.refresh_from_db()
        self.host.record(engine_port=self._engines.serve(self.host.server_certificate))

    def fail(self, call: str, **fault: object) -> None:
        method, central, element = CALLS[call]
        path = element if self.is_element else central
        self.prism.fail_next(method=method, path=path, **fault)

    def sent(self, call: str) -> list[str]:
        """The request ids with which it was asked for."""
        method, central, element = CALLS[call]
        pattern = re.compile(element if self.is_element else central)
        entries = self.prism.journal.entries(method)
        return [entry.request_id for entry in entries if pattern.search(entry.path)]

    def refused_logins(self) -> list[str]:
        return [entry.request_id for entry in self.prism.journal if entry.status == 401]

    def run(self, kind: str = "make-all"):
        self.host.refresh_from_db()
        return self._carry_out(kind, self.host)

    def made(self) -> None:
        """Everything is there already."""
        ended = self.run()
        assert ended.state == "succeeded", ended
        self.prism.journal.clear()

    def resume(self, ended):
        return self._carry_out("", ended)

    def update(self, **fields: object) -> None:
        """Change the connection, as on its page."""
        for name, value in fields.items():
            setattr(self.row, name, value)
        self.row.save()
