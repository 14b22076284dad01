"""Volumes that nobody uses any more: what is known of them, and how they go."""

from collections.abc import Iterable

from hosts.engine import EngineError, engine_of
from hosts.host_tool import HostTool
from hosts.measuring import measured
from hosts.models import DockerHost, Volume
from hosts.steps import retire
from operations.errors import StepFailed
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


def delete_volume(run: Run) -> None:
    """A kept volume is gone with its data; one that somebody took over meanwhile is not touched."""
    volume = run.subject
    if volume.claimed_by:
        raise StepFailed(
            f"{volume} is in use by {volume.used_by or 'an instance'} by now.",
            advice="Nothing was deleted. Retire that instance first.",
        )
    if volume.volume_group_ext_id:
        retire.delete_group(run, volume)
    elif volume.host and volume.host.state != DockerHost.State.GONE:
        run.checkpoint()
        engine_of(run, volume.host).remove_volume(volume.name)
    volume.record(
        state=Volume.State.DELETED, kept=False, host=None, used_percent=0, measured_at=None
    )
    run.log(f"Deleted volume {volume} with its data", level="warning")
