"""How full the volumes in use are, asked of their engines; a host that does not answer waits."""

from itertools import groupby

from hosts.engine import EngineError, engine_of
from hosts.host_tool import HostTool
from hosts.measuring import measurable, measured
from hosts.models import DockerHost, Volume
from hosts.models.volume import NEARLY_FULL
from operations.run import Run


def measure_volumes(run: Run) -> None:
    """Each row knows its room as of now; those that fill up are named in the log."""
    found = list(measurable().select_related("host").order_by("host_id", "name"))
    asked = 0
    for host, group in groupby(found, key=lambda volume: volume.host):
        volumes = list(group)
        run.progress(asked, len(found), "volumes")
        run.checkpoint()
        try:
            _measure(run, host, volumes)
        except EngineError as error:
            run.log(f"{host} was not asked: {error.message}", level="warning")
        asked += len(volumes)
    run.progress(asked, len(found), "volumes")
    run.log(f"Looked at {len(found)} volumes")


def _measure(run: Run, host: DockerHost, volumes: list[Volume]) -> None:
    """One container for all volumes of the host; its engine is closed again, there may be many."""
    with engine_of(None, host) as engine:
        spaces = HostTool(engine).spaces_of([volume.name for volume in volumes])
    for volume in volumes:
        volume.record(**measured(volume, spaces[volume.name]))
        if volume.used_percent >= NEARLY_FULL:
            run.log(f"{volume} is {volume.used_percent} % full", level="warning")
