"""Find archives that were put into the folder of releases and have come to rest."""

from pathlib import Path

from django.conf import settings

from deployments.intake import parts, services
from deployments.intake.names import is_file_name
from deployments.models import IncomingArchive, Release
from operations.errors import Refused
from operations.run import Run

State, Way = IncomingArchive.State, IncomingArchive.Way


def look_for_archives(run: Run) -> None:
    """Have each new or changed archive read, once it is the same as at the look before."""
    folder = Path(settings.RELEASES_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted(path for path in folder.glob("*.tgz") if path.is_file())
    started = [path.name for path in files if _look_at(run, path)]
    run.record(started=started)
    run.log(f"{len(files)} archives in the folder of releases, {len(started)} to read.")


def _look_at(run: Run, path: Path) -> bool:
    """True when its reading has begun."""
    if not is_file_name(path.name):
        run.log(f"{path.name} is left alone: its name is not one of a release.", level="warning")
        return False
    facts = path.stat()
    incoming = IncomingArchive.objects.filter(name=path.name).first()
    if incoming is None:
        _meet(run, path, facts.st_size, facts.st_mtime_ns)
        return False
    if (incoming.size, incoming.modified) != (facts.st_size, facts.st_mtime_ns):
        _watch(run, incoming, facts.st_size, facts.st_mtime_ns)
        return False
    # Only what was met here and has come to rest; the rest is read, refused or in other hands.
    if incoming.way != Way.DIRECTORY or incoming.state != State.ARRIVING:
        return False
    run.checkpoint()
    services.register(incoming, by=run.operation.requested_by)
    run.log(f"{path.name} has come to rest and is read by an operation of its own.")
    return True


def _meet(run: Run, path: Path, size: int, modified: int) -> None:
    known = Release.objects.filter(archive=path.name, archive_size=size).first()
    IncomingArchive.objects.create(
        name=path.name, way=Way.DIRECTORY, size=size, modified=modified, release=known,
        state=State.REGISTERED if known else State.ARRIVING,
    )
    if not known:
        run.log(f"{path.name} is new. It is read when it has stopped growing.")


def _watch(run: Run, incoming: IncomingArchive, size: int, modified: int) -> None:
    """It grew, or was replaced; whatever reads it now will notice too."""
    if incoming.way != Way.DIRECTORY and incoming.state in (State.ARRIVING, State.COMPLETE):
        return  # a file of the same name arrives another way
    try:
        services.require_idle(incoming)
    except Refused:
        return
    parts.discard(incoming)
    incoming.record(
        way=Way.DIRECTORY, state=State.ARRIVING, size=size, modified=modified, reason="", advice=""
    )
    run.log(f"{incoming.name} has changed. It is read when it has stopped growing.")
