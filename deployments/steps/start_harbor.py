"""Make sure that Harbor's containers run as its files say."""

from deployments.clients import engine, keep_secrets
from deployments.configuration import LAYOUT, volumes_of
from deployments.containers import log_failing, state_of
from deployments.project import compose_for, container_names, read_project
from harbor.compose import Compose, ComposeError
from hosts.host_tool import HostTool
from hosts.steps.volume_disks import without_their_disk
from operations.errors import StepFailed
from operations.run import Run

LOG_SERVICE = "log"


def start_harbor(run: Run) -> None:
    """The log service first, then all; what already runs unchanged stays as it is."""
    keep_secrets(run)
    with compose_for(run.subject.host) as compose:
        document = read_project(run, compose)
        names = container_names(document)
        before = {name: state_of(engine(run), name).started_at for name in names.values()}
        if LOG_SERVICE in names:
            _up(run, compose, document, [LOG_SERVICE])
            _await_log(run, names[LOG_SERVICE])
        _up(run, compose, document, [])
    after = {name: state_of(engine(run), name).started_at for name in names.values()}
    started = [name for name in after if after[name] != before[name]]
    run.record(containers=sorted(names.values()), started=sorted(started))
    run.log(f"{len(names)} containers are there, {len(started)} of them were started now")


def _up(run: Run, compose: Compose, document: dict, services: list[str]) -> None:
    run.activity(f"docker compose up {' '.join(services)}".strip())
    run.checkpoint()
    try:
        with run.outside("docker compose up"):
            compose.up(
                document, project=LAYOUT.project, services=services,
                on_line=lambda line: run.log(f"compose: {line.strip()}"),
            )
    except ComposeError as error:
        log_failing(run, engine(run), LAYOUT.project)
        _explain(run, error)
        raise


def _explain(run: Run, error: ComposeError) -> None:
    """Raises StepFailed when a disk is missing: the engine then starts no container on it."""
    missing = without_their_disk(volumes_of(run.subject).values(), HostTool(engine(run)))
    if missing:
        names = ", ".join(volume.name for volume in missing)
        raise StepFailed(
            f"Harbor was not started: {run.subject.host} does not have the disk of {names}. "
            "Nothing was written to its system disk instead.",
            advice="Attach the volume group to the machine in Prism and resume; or deploy again, "
                   "which attaches it.",
            detail=error.detail,
        ) from error


def _await_log(run: Run, name: str) -> None:
    # Containers that log through it refuse to start while it does not listen (`harbor.md 3.2`).
    run.wait_until(
        lambda: state_of(engine(run), name).is_well, what="Harbor's log service", timeout=120,
        advice=f"Open the container log of {name}; then resume.",
    )
