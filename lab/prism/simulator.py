"""A Nutanix Prism on one port: what a test or the lab starts, steers and looks into."""

from lab.hypervisor import Hypervisor, Records
from lab.prism import furnishing
from lab.prism.call import Prism
from lab.prism.faults import Fault, FaultQueue
from lab.prism.holdings import Holdings
from lab.prism.identity import Door, User
from lab.prism.inventory import Subnet
from lab.prism.journal import Journal
from lab.prism.knobs import Knobs
from lab.prism.reception import Reception
from lab.prism.server import Server
from lab.prism.showing import Certificates
from lab.prism.state import State
from lab.prism.tasks import TaskBoard


class PrismSimulator(Holdings):
    """Prism Central v4 or Prism Element v2 (`knobs.role`) over one state, with its own CA.

    Machines are the hypervisor's affair: `Records` for unit tests, real ones in the lab.
    `names` stand in the certificate beside the address; `seed` makes ids repeatable.
    """

    def __init__(
        self,
        hypervisor: Hypervisor | None = None,
        *,
        subnet: Subnet | None = None,
        seed: int | None = 1,
        bind: str = "127.0.0.1",
        port: int = 0,
        knobs: Knobs | None = None,
        names: tuple[str, ...] = ("localhost",),
        username: str = "admin",
        password: str = "lab/4u-secret",  # noqa: S107 - the password of a simulator
        nodes: int = 3,
    ) -> None:
        prism = _make_prism(hypervisor, knobs or Knobs(), seed)
        super().__init__(prism)
        furnishing.furnish(self.state, subnet or Subnet(), nodes=nodes)
        self.username, self.password = username, password
        self.door.users[username] = User(username, password)
        self._certificates = shown = Certificates(self.faults, names, bind)
        self.ca_pem, self.certificate_pem = shown.ca_pem, shown.certificate_pem
        self._reception = Reception(prism)
        self._bind, self._port = bind, port
        self._server: Server | None = None

    def start(self) -> "PrismSimulator":
        """Listen; after stop() again on the same port, with everything still there."""
        address, certificates = (self._bind, self._port), self._certificates
        server = Server(address, self._reception.respond, certificates.next_context)
        self._server, self._port = server, server.server_port
        server.start()
        self.tasks.go_on()
        return self

    def stop(self) -> None:
        """Stop listening and cut every connection; the state stays."""
        if self._server is None:
            return
        self._server.stop()
        self._server = None
        self.tasks.stop()

    def __enter__(self) -> "PrismSimulator":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """https://address:port, without a path."""
        host = "127.0.0.1" if self._bind == "0.0.0.0" else self._bind
        return f"https://{host}:{self._port}"

    def fail_next(self, **what: object) -> Fault:
        """Queue a fault; the fields of `Fault` say which calls it meets and what happens."""
        fault = Fault(**what)
        self.faults.add(fault)
        if fault.wrong_certificate and self._server:
            self._server.close_connections()  # so that the next call has to shake hands
        return fault


def _make_prism(hypervisor: Hypervisor | None, knobs: Knobs, seed: int | None) -> Prism:
    return Prism(
        state=State(seed),
        knobs=knobs,
        tasks=TaskBoard(knobs),
        hypervisor=hypervisor if hypervisor is not None else Records(),
        door=Door(knobs),
        faults=FaultQueue(),
        journal=Journal(),
    )
