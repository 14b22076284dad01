"""Layers of an image: which files they hold, and their tar form, the same bytes every time."""

import hashlib
import io
import tarfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

# A folder named again by an upper layer takes that layer's mode: these must stay open to all.
OPEN_FOLDERS = ("tmp", "var/tmp", "run")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file, link or folder of a layer; a folder has neither content, source nor link."""

    content: bytes | None = None
    source: Path | None = None
    link: str | None = None
    mode: int = 0o644
    uid: int = 0
    gid: int = 0

    @property
    def is_folder(self) -> bool:
        return self.content is None and self.source is None and self.link is None


@dataclass
class Layer:
    """A named set of entries by their path in the image, without a leading slash."""

    name: str
    entries: dict[str, Entry] = field(default_factory=dict)

    def text(self, path: str, content: str, *, mode: int = 0o644) -> None:
        self.entries[path] = Entry(content=content.encode(), mode=mode)

    def folder(self, path: str, *, mode: int = 0o755, uid: int = 0, gid: int = 0) -> None:
        self.entries[path] = Entry(mode=mode, uid=uid, gid=gid)

    def link(self, path: str, target: str) -> None:
        self.entries[path] = Entry(link=target, mode=0o777)

    def copy(self, path: str, source: Path) -> None:
        """Take over a file or link from the disk with its executable bit."""
        if source.is_symlink():
            self.link(path, str(source.readlink()))
        else:
            executable = source.stat().st_mode & 0o111
            self.entries[path] = Entry(source=source, mode=0o755 if executable else 0o644)

    def without(self, lower: "Layer") -> "Layer":
        """The entries that the lower layer does not hold already."""
        kept = {p: e for p, e in self.entries.items() if p not in lower.entries}
        return Layer(name=self.name, entries=kept)

    def write(self, target: Path) -> str:
        """Write the layer as a tar to `target`; return its sha256 in hex."""
        with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
            for path in sorted(self._with_parents()):
                parent = Entry(mode=0o1777 if path in OPEN_FOLDERS else 0o755)
                self._add(tar, path, self.entries.get(path, parent))
        return hashlib.sha256(target.read_bytes()).hexdigest()

    def _with_parents(self) -> set[str]:
        parents = {str(p) for path in self.entries for p in PurePosixPath(path).parents}
        return (parents - {"."}) | set(self.entries)

    @staticmethod
    def _add(tar: tarfile.TarFile, path: str, entry: Entry) -> None:
        member = tarfile.TarInfo(path)
        member.mode, member.uid, member.gid = entry.mode, entry.uid, entry.gid
        if entry.link is not None:
            member.type, member.linkname = tarfile.SYMTYPE, entry.link
            tar.addfile(member)
        elif entry.is_folder:
            member.type = tarfile.DIRTYPE
            tar.addfile(member)
        else:
            data = entry.content if entry.source is None else entry.source.read_bytes()
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
