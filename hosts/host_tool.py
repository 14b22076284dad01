"""What Slipway does on a host's own system: a fixed list of verbs, each one program of the host.

They run in an empty image with the host's `/usr` mounted read-only and without network;
privileged only where a verb must reach block devices. Arguments are lists, never shell text.
"""

import io
import time
from collections.abc import Iterable
from dataclasses import dataclass

from hosts import tool_image
from hosts.engine import Engine, EngineError, Result
from hosts.sockets import listening_in
from hosts.tool_disks import DiskVerbs, require
from hosts.tool_engine import EngineVerbs

_PROGRAMS = "/usr:/usr:ro"
_SPACE = ("stat", "--file-system", "--format=%S %b %a %T")


@dataclass(frozen=True, kw_only=True)
class Space:
    """Bytes of a file system, and what `stat` calls its kind: "ext2/ext3", "xfs", "nfs" …"""

    total: int
    free: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class TopFolder:
    """`is_apart`: a file system of its own, not a folder of the host's system disk."""

    uid: int
    gid: int
    mode: int
    is_apart: bool


class HostTool(DiskVerbs, EngineVerbs):
    """The verbs, on one engine. All raise EngineError with what the program said."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_loaded = False

    def ensure_loaded(self) -> None:
        """The tool's image is on the host; sent when it is missing or another one."""
        found = self._engine.find_image(tool_image.REFERENCE)
        if found is None or found.id != tool_image.image_id():
            content = tool_image.archive()
            self._engine.load_images(io.BytesIO(content), len(content), lambda done, size: None)
        self._is_loaded = True

    def free_space(self, path: str) -> Space:
        """The file system that holds the folder `path` of the host."""
        return _space_in(self._output([*_SPACE, "/v"], binds=[f"{path}:/v:ro"]))

    def space_of(self, volume: str) -> Space:
        """The file system of a Docker volume, mounted by the engine for the question."""
        return self.spaces_of([volume])[volume]

    def spaces_of(self, volumes: Iterable[str]) -> dict[str, Space]:
        """The same for several at once, in one container."""
        places = {name: f"/v/{number}" for number, name in enumerate(volumes)}
        said = self._output([*_SPACE, *places.values()], volumes=places)
        return dict(zip(places, map(_space_in, said.splitlines()), strict=True))

    def clock(self) -> float:
        """How many seconds the host's clock is ahead of ours, to about a tenth of a second."""
        before = time.time()
        said = float(self._output(["date", "+%s.%N"]))
        after = time.time()
        # The program ran somewhere in between.
        return 0.0 if before <= said <= after else said - (before if said < before else after)

    def listening_ports(self) -> set[int]:
        """TCP ports on which programs of the host listen, containers' published ones included."""
        result = self._run(["cat", "/proc/net/tcp", "/proc/net/tcp6"], network="host")
        return listening_in(result.output)  # without IPv6 there is no second file

    def has_program(self, name: str) -> bool:
        """Whether the host has it where programs of the system lie."""
        return self._run(["ls", f"/usr/sbin/{name}"]).exit_code == 0

    def own(self, volume: str, uid: int, gid: int, mode: int) -> None:
        """Give the top folder of the volume its owner and mode; nothing below it is touched."""
        self._output(
            ["install", "--directory", f"--owner={uid}", f"--group={gid}", f"--mode={mode:04o}",
             "/v"],
            volumes={volume: "/v"},
        )

    def keep_owner(self, volume: str) -> None:
        """Keep the engine from giving an empty volume the owner of an image's folder.

        It does so when a container is made (harbor.md 3.5), but only for a volume without any
        entry; an empty lost+found, as ext4 has, is known to disturb nothing of Harbor's.
        """
        self._output(
            ["install", "--directory", "--mode=0700", "/v/lost+found"], volumes={volume: "/v"}
        )

    def top_of(self, volume: str) -> TopFolder:
        """How the top folder of the volume looks from inside a container."""
        said = self._output(
            ["stat", "--format=%u %g %a %d", "/v", "/target"],
            volumes={volume: "/v"}, binds=["/var/lib:/target:ro"],
        )
        (uid, gid, mode, device), (*_, of_host) = (line.split() for line in said.splitlines())
        return TopFolder(
            uid=int(uid), gid=int(gid), mode=int(mode, 8), is_apart=device != of_host
        )

    def contents(self, volume: str, path: str = "") -> list[str]:
        """The names in a folder of the volume, without lost+found; empty when there is none."""
        result = self._run(["ls", "-A", f"/v/{path}"], volumes={volume: "/v"})
        names = result.output.splitlines() if result.exit_code == 0 else []
        return [name for name in names if name != "lost+found"]

    def _output(self, command: list[str], **where: object) -> str:
        result = self._run(command, **where)
        require(result, command[0])
        return result.output

    def _run(
        self, command: list[str], *, binds: list[str] | None = None,
        volumes: dict[str, str] | None = None, **settings: object,
    ) -> Result:
        if not self._is_loaded:
            self.ensure_loaded()
        for name in volumes or {}:
            if self._engine.volume(name) is None:  # the engine would make an empty local one
                raise EngineError(f"{self._engine.name} has no volume {name}.")
        # Without nocopy, the engine gives an empty volume the owner of the image's folder.
        mounts = {name: f"{path}:nocopy" for name, path in (volumes or {}).items()}
        return self._engine.run_once(
            tool_image.REFERENCE, command, binds=[_PROGRAMS, *(binds or [])], volumes=mounts,
            **settings,
        )


def _space_in(line: str) -> Space:
    block, total, free, kind = line.split(maxsplit=3)
    return Space(total=int(block) * int(total), free=int(block) * int(free), kind=kind.strip())
