"""Asking for a host's machine to be switched on or off, restarted, or given another size."""

from django.contrib.auth.models import AbstractBaseUser

from hosts.models import DockerHost
from operations import services as operations
from operations.errors import Refused
from operations.models import Operation

SWITCH_ON, SWITCH_OFF, RESTART, RESIZE = (
    "switch-on-host", "switch-off-host", "restart-host", "resize-host",
)


def switch_on(host: DockerHost, *, by: AbstractBaseUser | None = None) -> Operation:
    """Switch the machine on and wait for its engine. Raises Refused."""
    return _start(SWITCH_ON, host, by)


def switch_off(
    host: DockerHost, *, hard: bool = False, by: AbstractBaseUser | None = None
) -> Operation:
    """Ask the guest to shut down; `hard`: power off when it does not. Raises Refused."""
    return _start(SWITCH_OFF, host, by, hard=hard)


def restart(
    host: DockerHost, *, hard: bool = False, by: AbstractBaseUser | None = None
) -> Operation:
    """Shut down as above, switch on, and wait for the engine. Raises Refused."""
    return _start(RESTART, host, by, hard=hard)


def resize(
    host: DockerHost, *, cpus: int, memory_mib: int, may_restart: bool = False,
    by: AbstractBaseUser | None = None,
) -> Operation:
    """Give the machine so much; `may_restart` where Prism cannot while it runs. Raises Refused."""
    sizes = {"cpus": cpus, "memory_mib": memory_mib}
    for field, value in sizes.items():
        # The bounds of the row's own fields.
        DockerHost._meta.get_field(field).run_validators(value)
    return _start(RESIZE, host, by, **sizes, may_restart=may_restart)


def _start(
    kind: str, host: DockerHost, by: AbstractBaseUser | None, **parameters: object
) -> Operation:
    if host.cluster is None or not host.vm_ext_id or host.state == DockerHost.State.GONE:
        raise Refused(
            f"{host} has no machine on a cluster that Slipway could switch.",
            advice="Switch an existing machine where it is managed.",
        )
    return operations.start(kind, host, by=by, owner=host.owner, parameters=parameters)
