"""Harbor's compose project on its host: read back, rendered here, brought up there."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from django.conf import settings

from deployments.clients import engine
from deployments.configuration import LAYOUT
from deployments.prepare import run_script
from harbor.bundle import COMPOSE_FILE, OVERRIDE_FILE
from harbor.compose import Compose, moved
from harbor.prepare import missing_sources
from hosts.models import DockerHost
from operations.errors import StepFailed
from operations.run import Run


@contextmanager
def compose_for(host: DockerHost) -> Iterator[Compose]:
    """Compose that talks to the host's engine; its client key lies in a private folder."""
    with tempfile.TemporaryDirectory(prefix="slipway-compose-") as folder:
        environment = {"HOME": folder, "DOCKER_CONFIG": folder, **host.compose_environment(folder)}
        yield Compose(settings.COMPOSE_BINARY, environment)


def read_project(run: Run, compose: Compose) -> dict:
    """The complete project as it lies on the host, with the host's own paths.

    Holds Harbor's passwords: never to be logged. Raises StepFailed when a file is missing there.
    """
    with tempfile.TemporaryDirectory(prefix="slipway-project-") as name:
        staging = Path(name)
        _fetch(run, staging, [COMPOSE_FILE, OVERRIDE_FILE])
        written = yaml.safe_load((staging / COMPOSE_FILE).read_text())
        _fetch(run, staging, sorted(_env_files(written)))
        document = compose.render(
            staging, [COMPOSE_FILE, OVERRIDE_FILE], project=LAYOUT.project
        )
        document = moved(document, staging, LAYOUT.install)
    _require_sources(run, document)
    return document


def container_names(document: dict) -> dict[str, str]:
    """service → name of its container."""
    return {
        service: definition.get("container_name", service)
        for service, definition in document["services"].items()
    }


def _fetch(run: Run, staging: Path, paths: list[str]) -> None:
    found = engine(run).get_files(LAYOUT.install, paths)
    missing = [path for path in paths if path not in found]
    if missing:
        raise StepFailed(
            f"{', '.join(missing)} is missing in {LAYOUT.install} on {run.subject.host}.",
            advice="Deploy again: that writes Harbor's files anew.",
        )
    for path, content in found.items():
        target = staging / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _env_files(written: dict) -> set[str]:
    found = set()
    for definition in written["services"].values():
        entries = definition.get("env_file") or []
        for entry in [entries] if isinstance(entries, str) else entries:
            path = entry["path"] if isinstance(entry, dict) else entry
            found.add(path.removeprefix("./"))
    return found


def _require_sources(run: Run, document: dict) -> None:
    sources = sorted({
        mount["source"].rstrip("/")
        for definition in document["services"].values()
        for mount in definition.get("volumes") or []
        if mount["type"] == "bind" and not mount["source"].startswith(LAYOUT.logs)
    })
    missing = run_script(run, missing_sources(LAYOUT, sources)).split()
    if missing:
        raise StepFailed(
            f"{len(missing)} of Harbor's files are missing on {run.subject.host}: "
            f"{', '.join(missing[:5])}.",
            advice="Deploy again: that writes Harbor's files anew.",
        )
