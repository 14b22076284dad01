"""Volumes that nobody uses any more: what is known of them."""

from collections.abc import Iterable

from hosts.engine import EngineError, engine_of
from hosts.host_tool import HostTool
from hosts.measuring import measured
from hosts.models import DockerHost, Volume
from operations.run import Run

_SHOWN = 5


def remember_contents(run: Run, host: DockerHost, volumes: Iterable[Volume]) -> None:
    """How much lies on each and what, while it can be looked at; no reason to fail."""
    tool = HostTool(engine_of(run, host))
    for volume in volumes:
        if volume.state != Volume.State.READY:
            continue
        try:
            known = measured(volume, tool.space_of(volume.name))
            known["facts"]["contents"] = sorted(tool.contents(volume.name))[:_SHOWN]
        except EngineError as error:
            run.log(f"Could not look into {volume}: {error.message}", level="warning")
        else:
            volume.record(**known)
