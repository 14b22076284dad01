"""Files to and from a host: by archive, through a container that is created but never started."""

import io
import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256

from docker.types import Mount

from hosts.engine.base import Calls
from hosts.engine.errors import EngineError, NotThere, translated
from lib.archives import File, tar_of

CARRIER = "slipway/carrier:1"
_INSIDE = "/carrier"


class FileCalls(Calls):
    def put_files(self, host_directory: str, files: Mapping[str, File]) -> None:
        """Write `files` below the host's directory, made when missing; owner and mode arrive too.

        Works on a created container: all its mounts are set up for the copy (`harbor.md 1.7`).
        """
        config = self.api.create_host_config(binds=[f"{host_directory}:{_INSIDE}"])
        with self._carrier(config) as container, translated(self.name, "take files"):
            self.api.put_archive(container, _INSIDE, tar_of(files))

    def get_files(self, host_directory: str, paths: Sequence[str]) -> dict[str, bytes]:
        """The contents of those `paths` below the host's directory that are there."""
        # A mount, unlike a bind, does not make the directory when it is missing.
        mount = Mount(_INSIDE, host_directory, type="bind", read_only=True)
        config = self.api.create_host_config(mounts=[mount])
        try:
            with self._carrier(config) as container:
                found = {path: self._get(container, path) for path in paths}
        except EngineError as error:
            if "bind source path does not exist" in error.detail:
                return {}
            raise
        return {path: content for path, content in found.items() if content is not None}

    def _get(self, container: str, path: str) -> bytes | None:
        try:
            with translated(self.name, f"give {path}"):
                chunks, _ = self.api.get_archive(container, f"{_INSIDE}/{path}")
                archive = io.BytesIO(b"".join(chunks))
        except NotThere:
            return None
        with tarfile.open(fileobj=archive) as tar:
            member = tar.next()
            content = tar.extractfile(member) if member and member.isfile() else None
            return content.read() if content else None

    @contextmanager
    def _carrier(self, config: dict) -> Iterator[str]:
        with translated(self.name, "prepare a file transfer"):
            try:
                made = self.api.create_container(CARRIER, ["-"], host_config=config)
            except Exception as error:
                if getattr(error, "status_code", None) != 404:
                    raise
                self.api.load_image(carrier_archive())
                made = self.api.create_container(CARRIER, ["-"], host_config=config)
        try:
            yield made["Id"]
        finally:
            with translated(self.name, "end a file transfer"):
                self.api.remove_container(made["Id"], force=True)


def carrier_archive() -> bytes:
    """A `docker save` archive of an image that holds one empty folder and can run nothing."""
    layer = _layer()
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256(layer).hexdigest()}"]},
        }
    ).encode()
    name = f"{sha256(config).hexdigest()}.json"
    manifest = [{"Config": name, "RepoTags": [CARRIER], "Layers": ["layer.tar"]}]
    return tar_of(
        {
            name: File(config),
            "layer.tar": File(layer),
            "manifest.json": File(json.dumps(manifest).encode()),
        }
    )


def _layer() -> bytes:
    """The same bytes every time, so that the image keeps its id."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        folder = tarfile.TarInfo(_INSIDE.lstrip("/"))
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(folder)
    return buffer.getvalue()
