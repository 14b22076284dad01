"""How a volume that nobody uses goes: with its data, or, when it was foreign, only from the books.
"""

from hosts.engine import engine_of
from hosts.models import DockerHost, Volume
from hosts.steps.move_volume import take_off
from hosts.steps.retire import delete_group
from operations.errors import StepFailed
from operations.run import Run

_GROUP = Volume.Backend.VOLUME_GROUP


def delete_volume(run: Run) -> None:
    """A kept volume is gone with its data; one that somebody took over meanwhile is not touched."""
    volume = run.subject
    if volume.claimed_by:
        raise StepFailed(
            f"{volume} is in use by {volume.used_by or 'an instance'} by now.",
            advice="Nothing was deleted. Retire that instance first.",
        )
    if volume.host and volume.volume_group_ext_id and volume.backend == _GROUP:
        take_off(run, volume)
    if volume.is_foreign:
        _let_go(run, volume)
        return
    if volume.volume_group_ext_id:
        delete_group(run, volume)
    elif volume.host and volume.host.state != DockerHost.State.GONE:
        run.checkpoint()
        engine_of(run, volume.host).remove_volume(volume.name)
    volume.record(
        state=Volume.State.DELETED, kept=False, host=None, used_percent=0, measured_at=None
    )
    run.log(f"Deleted volume {volume} with its data", level="warning")


def _let_go(run: Run, volume: Volume) -> None:
    """What was there before Slipway stays there."""
    volume.record(state=Volume.State.DELETED, kept=False, host=None, used_percent=0)
    run.log(f"Let go of {volume}: its volume group stays in Prism with its data", level="warning")
