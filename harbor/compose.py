"""The only door to `docker compose` v2, which runs here against the engine of the host.

Files are resolved on the console and reach the engine as one document (`harbor.md 1.8`):
the document holds passwords, so it travels on standard input and is never logged.
"""

import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from lib.errors import ServiceError

_LOWEST = (2, 24, 0)
_PLACES = (
    "/usr/libexec/docker/cli-plugins/docker-compose",
    "/usr/lib/docker/cli-plugins/docker-compose",
    "/usr/local/lib/docker/cli-plugins/docker-compose",
)
_ADVICE = "Install Docker Compose 2.24 or later on the console, or set COMPOSE_BINARY to it."
Lines = Callable[[str], None]


class ComposeError(ServiceError):
    """Compose is missing, too old, or refused."""


class Compose:
    """One compose binary. `environment` is all that it sees of ours (DOCKER_HOST and the like)."""

    def __init__(self, binary: str = "", environment: Mapping[str, str] | None = None) -> None:
        self._binary = binary or _find_binary()
        # Nothing of the console's environment: compose would expand it into Harbor's settings.
        self._environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **(environment or {})}

    def require(self) -> str:
        """The version as text. Raises ComposeError unless it is v2 and recent enough."""
        text = self._run(["version", "--short"], timeout=20).strip()
        found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", text)
        version = tuple(int(part) for part in found.groups()) if found else (0, 0, 0)
        if version < _LOWEST:
            raise ComposeError(
                f"Docker Compose {text or 'of unknown version'} on the console is too old.",
                advice=_ADVICE,
            )
        return text

    def render(self, directory: Path, files: Sequence[str], *, project: str) -> dict:
        """The merged project of `files` in `directory`, env files read in. Asks no engine."""
        arguments = ["--project-directory", str(directory), "--project-name", project]
        for file in files:
            arguments += ["--file", str(directory / file)]
        return json.loads(self._run([*arguments, "config", "--format", "json"], timeout=60))

    def up(
        self, document: dict, *, project: str, on_line: Lines,
        services: Sequence[str] = (), timeout: float = 900,
    ) -> None:
        """Create or update the containers of `document`; all of it or just `services`."""
        self._change(
            ["--project-name", project, "--file", "-",
             "up", "--detach", "--no-build", "--pull", "never", *services],
            stdin=json.dumps(document), on_line=on_line, timeout=timeout,
        )

    def down(self, *, project: str, on_line: Lines, timeout: float = 600) -> None:
        """Remove containers and networks of the project. Volumes stay: never with -v."""
        self._change(
            ["--project-name", project, "down", "--remove-orphans"],
            on_line=on_line, timeout=timeout,
        )

    def _run(self, arguments: Sequence[str], *, timeout: float) -> str:
        """Standard output of a call that changes nothing."""
        with self._start(arguments, stderr=subprocess.PIPE) as process:
            try:
                output, messages = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired as error:
                process.kill()
                raise ComposeError(_too_long(arguments, timeout)) from error
        if process.returncode:
            raise _refusal(arguments, process.returncode, messages.splitlines())
        return output

    def _change(
        self, arguments: Sequence[str], *, on_line: Lines, timeout: float, stdin: str = ""
    ) -> None:
        """Run a call that changes containers; what it says goes to `on_line` at once."""
        process = self._start(["--progress", "plain", *arguments], stderr=subprocess.STDOUT)
        started = time.monotonic()
        lines = _listen(process, stdin, on_line, timeout)
        if process.returncode and time.monotonic() - started >= timeout:
            raise ComposeError(_too_long(arguments, timeout), detail="\n".join(lines[-50:]))
        if process.returncode:
            raise _refusal(arguments, process.returncode, lines)

    def _start(self, arguments: Sequence[str], *, stderr: int) -> subprocess.Popen:
        try:
            return subprocess.Popen(
                [self._binary, *arguments], env=self._environment, text=True, cwd="/",
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
            )
        except OSError as error:
            raise ComposeError(
                f"Docker Compose cannot be started: {error}.", advice=_ADVICE
            ) from error


def moved(document: dict, staging: Path, install: str) -> dict:
    """`document` with every bind source below `staging` moved to `install` on the host."""
    copy = json.loads(json.dumps(document))
    for service in copy.get("services", {}).values():
        for mount in service.get("volumes") or []:
            source = Path(mount.get("source", ""))
            if mount.get("type") == "bind" and source.is_relative_to(staging):
                mount["source"] = str(Path(install) / source.relative_to(staging))
    return copy


def _listen(process: subprocess.Popen, stdin: str, on_line: Lines, timeout: float) -> list[str]:
    """Hand over every line as it comes, and return them all; ends with the process."""
    killer = threading.Timer(timeout, process.kill)
    killer.start()
    lines = []
    try:
        # Compose may give up before it read everything; its own words say why.
        with suppress(BrokenPipeError):
            process.stdin.write(stdin)
            process.stdin.close()
        for line in process.stdout:
            lines.append(line.rstrip())
            if lines[-1]:
                on_line(lines[-1])
        process.wait()
    finally:
        killer.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
    return lines


def _refusal(arguments: Sequence[str], code: int, lines: list[str]) -> ComposeError:
    told = [line for line in lines if line.strip()]
    reason = told[-1].strip() if told else f"exit code {code}"
    return ComposeError(
        f"docker compose {_verb(arguments)} failed: {reason}", detail="\n".join(told[-50:])
    )


def _too_long(arguments: Sequence[str], timeout: float) -> str:
    return f"docker compose {_verb(arguments)} did not end within {timeout:.0f} seconds."


def _verb(arguments: Sequence[str]) -> str:
    return next(word for word in arguments if word in ("version", "config", "up", "down"))


def _find_binary() -> str:
    for place in _PLACES:
        if Path(place).is_file():
            return place
    found = shutil.which("docker-compose")
    if found:
        return found
    raise ComposeError("Docker Compose is not installed on the console.", advice=_ADVICE)
