"""Containers of an engine: look at them, run one to its end, stop and signal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docker.errors import APIError

from hosts.engine.base import Calls
from hosts.engine.errors import NotThere, translated

# A runtime under load sometimes fails before the container's first process exists.
_STARTS = 3


@dataclass(frozen=True)
class Result:
    """How a one-shot container ended and what it printed."""

    exit_code: int
    output: str


@dataclass(frozen=True)
class FoundContainer:
    """A container of any project, with the host ports it has published."""

    name: str
    published_ports: list[int]


class ContainerCalls(Calls):
    def containers(self, project: str) -> list[str]:
        """Names of the compose project's containers, stopped ones too."""
        label = f"com.docker.compose.project={project}"
        with translated(self.name, "list its containers"):
            found = self.api.containers(all=True, filters={"label": label})
        return sorted(entry["Names"][0].lstrip("/") for entry in found)

    def all_containers(self) -> list[FoundContainer]:
        with translated(self.name, "list its containers"):
            found = self.api.containers(all=True)
        return [
            FoundContainer(
                name=(entry.get("Names") or ["/?"])[0].lstrip("/"),
                published_ports=sorted(
                    {p["PublicPort"] for p in entry["Ports"] if "PublicPort" in p}
                ),
            )
            for entry in found
        ]

    def inspect(self, name: str) -> dict[str, Any] | None:
        """The container's document, or None. Its environment holds secrets: never log it whole."""
        try:
            with translated(self.name, f"inspect {name}"):
                return self.api.inspect_container(name)
        except NotThere:
            return None

    def start(self, name: str) -> None:
        with translated(self.name, f"start {name}"):
            self.api.start(name)

    def stop(self, name: str, timeout: int = 10) -> None:
        with translated(self.name, f"stop {name}"), self.patience(timeout + 60):
            self.api.stop(name, timeout=timeout)

    def restart(self, name: str, timeout: int = 10) -> None:
        with translated(self.name, f"restart {name}"), self.patience(timeout + 60):
            self.api.restart(name, timeout=timeout)

    def kill(self, name: str, signal: str = "KILL") -> None:
        with translated(self.name, f"signal {name}"):
            self.api.kill(name, signal)

    def execute(self, name: str, command: Sequence[str]) -> Result:
        """Run a program in the running container `name`, as the container's own user."""
        with translated(self.name, f"run {command[0]} in {name}"):
            made = self.api.exec_create(name, list(command))
            output = self.api.exec_start(made["Id"]).decode(errors="replace")
            code = self.api.exec_inspect(made["Id"])["ExitCode"]
        return Result(code, output)

    def remove_container(self, name: str) -> None:
        """Remove it, running or not; its named volumes stay."""
        try:
            with translated(self.name, f"remove {name}"):
                self.api.remove_container(name, force=True)
        except NotThere:
            return

    def run_once(
        self,
        image: str,
        command: Sequence[str],
        *,
        entrypoint: Sequence[str] | None = None,
        binds: Sequence[str] = (),
        volumes: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        privileged: bool = False,
        pid_mode: str | None = None,
        network: str = "none",
        user: str | None = None,
        timeout: float = 300,
    ) -> Result:
        """Run a container to its end and remove it; binds are `/host:/inside[:ro]`."""
        named = [f"{name}:{target}" for name, target in (volumes or {}).items()]
        config = self.api.create_host_config(
            binds=[*binds, *named],
            privileged=privileged,
            network_mode=network,
            pid_mode=pid_mode,
        )
        with translated(self.name, f"run {image}"):
            made = self.api.create_container(
                image,
                command=list(command),
                host_config=config,
                user=user,
                entrypoint=list(entrypoint) if entrypoint is not None else None,
                environment=dict(environment or {}),
            )
        try:
            with translated(self.name, f"run {image}"), self.patience(timeout):
                self._start_for_sure(made["Id"])
                code = self.api.wait(made["Id"])["StatusCode"]
                output = self.api.logs(made["Id"]).decode(errors="replace")
            return Result(code, output)
        finally:
            self.remove_container(made["Id"])

    def _start_for_sure(self, container: str) -> None:
        """Start it; again when the runtime could not even make its process: nothing ran yet."""
        for _ in range(_STARTS - 1):
            try:
                return self.api.start(container)
            except APIError as error:
                if "failed to create" not in str(error.explanation):
                    raise
        return self.api.start(container)
