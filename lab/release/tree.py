"""The unpacked Debian packages, and what a program of them needs to run."""

import fnmatch
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from lab.errors import LabError
from lab.release.layers import Layer

LIBRARIES = "usr/lib/x86_64-linux-gnu"
LOADER = f"{LIBRARIES}/ld-linux-x86-64.so.2"
MERGED = ("bin", "sbin", "lib", "lib64")


class Tree:
    """Files of unpacked packages below `root`, with /bin, /lib and so on merged into /usr."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def merge(self) -> None:
        """Move what the packages put into /bin, /sbin, /lib and /lib64 below /usr."""
        for name in MERGED:
            for folder, _, files in os.walk(self.root / name):
                target = self.root / "usr" / Path(folder).relative_to(self.root)
                target.mkdir(parents=True, exist_ok=True)
                for file in files:
                    Path(folder, file).rename(target / file)
            shutil.rmtree(self.root / name, ignore_errors=True)

    def layer(self, name: str, patterns: Iterable[str], skip: Iterable[str] = ()) -> Layer:
        """The files that match a pattern, with the libraries that their programs load.

        Raises LabError for a pattern without a match: a renamed package must not go unseen.
        """
        layer = Layer(name)
        for pattern in patterns:
            found = [p for p in self._files(pattern) if not _matches(p, skip)]
            if not found:
                raise LabError(f"No file of the packages matches {pattern} (layer {name})")
            for path in found:
                self._add_with_target(layer, self.root / path)
        self._add_libraries(layer)
        return layer

    def _files(self, pattern: str) -> list[str]:
        found: list[str] = []
        for path in sorted(self.root.glob(pattern)):
            if path.is_dir() and not path.is_symlink():
                for folder, _, names in os.walk(path):
                    found += [str(Path(folder, n).relative_to(self.root)) for n in names]
            else:
                found.append(str(path.relative_to(self.root)))
        return sorted(found)

    def _add_libraries(self, layer: Layer) -> None:
        programs = [e.source for e in layer.entries.values() if e.source and _is_elf(e.source)]
        for program in programs:
            for library in self._needed_by(program):
                self._add_with_target(layer, library)
        if programs:
            self._add_with_target(layer, self.root / LOADER)
            layer.link(f"usr/lib64/{Path(LOADER).name}", f"../../{LOADER}")

    def _add_with_target(self, layer: Layer, file: Path) -> None:
        """Add the file and, when it is a link to a neighbour, what the link leads to."""
        layer.copy(str(file.relative_to(self.root)), file)
        if file.is_symlink() and "/" not in str(file.readlink()):
            self._add_with_target(layer, file.parent / file.readlink())

    def _needed_by(self, program: Path) -> list[Path]:
        """The libraries that the tree's own loader would load for the program."""
        listed = subprocess.run(
            [self.root / LOADER, "--inhibit-cache", "--library-path", self._library_path(),
             "--list", program], capture_output=True, text=True)
        missing = [line for line in listed.stdout.splitlines() if "not found" in line]
        if missing:
            raise LabError(f"{program.name} needs {missing[0].strip()}: add its package")
        lines = [line.split() for line in listed.stdout.splitlines() if "=> /" in line]
        found = [self._merged(Path(words[2])) for words in lines]
        return [path for path in found if path.is_relative_to(self.root)]

    def _library_path(self) -> str:
        folders = [LIBRARIES, "usr/lib", "usr/lib/postgresql/15/lib"]
        return ":".join(str(self.root / folder) for folder in folders)

    def _merged(self, library: Path) -> Path:
        return self.root / LIBRARIES / library.name if library.parent.name != "lib" else library


def _matches(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"
