"""Builds the installer archive and keeps it as long as nothing that it is made of changes."""

import hashlib
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab.errors import LabError
from lab.packages import download, extract, locked
from lab.paths import CACHE
from lab.release import VERSION
from lab.release.bytecode import compile_python
from lab.release.docker_save import ImageArchive, pack_installer
from lab.release.images import images
from lab.release.recipe import HERE, PACKAGES, SUITE, UNUSED, layers
from lab.release.tree import Tree

PROGRAMS = ("prepare", "install.sh", "common.sh")
SCRATCH = "slipway-release-"


def archive(version: str = VERSION) -> Path:
    """The path of the archive, built when it is missing or older than the recipe.

    Another version differs in its names only, enough to try an upgrade. Raises LabError when
    the packages cannot be had.
    """
    if not re.fullmatch(r"v\d+\.\d+\.\d+-standin", version):
        raise LabError(f"{version} is no version of a stand-in: write it like {VERSION}")
    debs = [d for d in download(SUITE, PACKAGES) if not d.name.startswith(UNUSED)]
    target = CACHE / f"harbor-offline-installer-{version}.tgz"
    stamp = CACHE / f"{target.name}.made-of"
    made_of = _fingerprint(debs)
    with locked(CACHE / "release.lock"):
        if not (target.exists() and stamp.exists() and stamp.read_text() == made_of):
            _build(debs, target, version)
            stamp.write_text(made_of)
    return target


def _fingerprint(debs: list[Path]) -> str:
    """Names and versions of the packages, and every byte of the recipe."""
    found = hashlib.sha256("\n".join(sorted(d.name for d in debs)).encode())
    for path in sorted(p for p in HERE.rglob("*") if p.is_file()):
        if "__pycache__" not in path.parts:
            found.update(str(path.relative_to(HERE)).encode() + path.read_bytes())
    return found.hexdigest()


def _build(debs: list[Path], target: Path, version: str) -> None:
    for left_over in CACHE.glob(f"{SCRATCH}*"):  # of a build that was killed; we hold the lock
        shutil.rmtree(left_over)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=CACHE) as folder:
        scratch = Path(folder)
        installer = scratch / "harbor"
        _write_installer(installer, version)
        packed = ImageArchive(scratch / "blobs")
        for image in images(layers(_unpacked(debs, scratch / "tree")), version):
            packed.add(image)
        packed.pack(installer / f"harbor.{version}.tar.gz")
        pack_installer(installer, target)


def _unpacked(debs: list[Path], root: Path) -> Tree:
    """Two at a time, the largest first: unpacking is most of the work."""
    tree = Tree(root)
    by_size = sorted(debs, key=lambda deb: -deb.stat().st_size)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda deb: extract([deb], root), by_size))
    tree.merge()
    compile_python(tree)
    return tree


def _write_installer(folder: Path, version: str) -> None:
    shutil.copytree(HERE / "installer", folder)
    minor = ".".join(version.removeprefix("v").split(".")[:2])
    for path in folder.iterdir():
        text = path.read_text().replace("@VERSION@", version).replace("2.15.0", f"{minor}.0")
        path.write_text(text)
        path.chmod(0o755 if path.name in PROGRAMS else 0o644)
