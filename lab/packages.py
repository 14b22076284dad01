"""Debian packages from the machine's own mirror, through a package root that is private to the lab.

The machine's apt sources, lists and dpkg status stay as they are (real-parts.md 1.B). What was
downloaded once is served from the cache until the cache folder is deleted.
"""

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.errors import LabError
from lab.mirror import apt_configuration, source_line
from lab.paths import CACHE

ENGINE_PACKAGES = ["docker.io", "docker-cli", "docker-compose", "containerd"]
RUNTIME_PACKAGES = ["runc", "libseccomp2"]  # trixie's runc needs a newer C library than bookworm's


def download(suite: str, names: list[str]) -> list[Path]:
    """The .deb files of the named packages and of all they depend on, as for an empty machine.

    Raises LabError when the mirror cannot be reached or lacks a package.
    """
    return _download(suite, names, closure=True)


def download_only(suite: str, names: list[str]) -> list[Path]:
    """The .deb files of just the named packages, in the order of the names."""
    return _download(suite, names, closure=False)


def extract(debs: list[Path], into: Path) -> None:
    """The packages' files lie under `into`; no maintainer script has run."""
    into.mkdir(parents=True, exist_ok=True)
    for deb in debs:
        _run(["dpkg-deb", "-x", str(deb), str(into)], f"Unpacking {deb.name}")


def engine_tools() -> Path:
    """A tree with dockerd, docker, containerd and runc (usr/sbin, usr/bin) and compose v2.

    The compose plugin is usr/libexec/docker/cli-plugins/docker-compose.
    """
    debs = download_only("trixie", ENGINE_PACKAGES) + download_only("bookworm", RUNTIME_PACKAGES)
    root = CACHE / "engine-tools" / fingerprint(debs)
    with locked(CACHE / "engine-tools.lock"):
        if not root.exists():
            unfinished = root.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            extract(debs, unfinished)
            unfinished.rename(root)
    return root


def fingerprint(debs: list[Path]) -> str:
    """A short name for exactly these packages and versions."""
    return hashlib.sha256("\n".join(sorted(d.name for d in debs)).encode()).hexdigest()[:16]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time is inside; the others wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _download(suite: str, names: list[str], *, closure: bool) -> list[Path]:
    root = CACHE / "apt" / suite
    wanted = hashlib.sha256(" ".join([str(closure), *names]).encode()).hexdigest()[:16]
    manifest = root / "manifests" / wanted
    with locked(CACHE / f"apt-{suite}.lock"):
        debs = _remembered(manifest, root)
        if debs is None:
            debs = _fetch(suite, names, root, closure)
            manifest.parent.mkdir(exist_ok=True)
            manifest.write_text("\n".join(d.name for d in debs))
    return debs


def _remembered(manifest: Path, root: Path) -> list[Path] | None:
    if not manifest.exists():
        return None
    debs = [root / "archives" / name for name in manifest.read_text().splitlines()]
    return debs if all(d.exists() for d in debs) else None


def _fetch(suite: str, names: list[str], root: Path, closure: bool) -> list[Path]:
    configuration = _prepare(suite, root)
    command = _apt(configuration, closure, names)
    what = f"Downloading {', '.join(names)} of Debian {suite}"
    # apt leaves out what lies in the archives already, so it is asked about an empty folder
    empty = ["-o", f"Dir::Cache::archives={root / 'empty'}", "--print-uris"]
    listed = _run([*command, *empty], what, cwd=root / "empty")
    files = [line.split("' ", 1)[1].split()[0] for line in listed.splitlines() if line[:1] == "'"]
    _run(command, what, cwd=root / "archives")
    return [root / "archives" / name for name in (files if closure else _ordered(files, names))]


def _ordered(files: list[str], names: list[str]) -> list[str]:
    by_package = {file.split("_", 1)[0]: file for file in files}
    return [by_package[name] for name in names]


def _apt(configuration: Path, closure: bool, names: list[str]) -> list[str]:
    command = ["env", f"APT_CONFIG={configuration}", "LC_ALL=C", "apt-get", "-q"]
    if not closure:
        return [*command, "download", *names]
    options = ["--download-only", "--no-install-recommends", "--yes"]
    return [*command, *options, "install", *names]


def _prepare(suite: str, root: Path) -> Path:
    """Make the private package root and read the suite's package lists once."""
    configuration = root / "apt.conf"
    if not (root / "updated").exists():
        for folder in ("lists/partial", "archives/partial", "empty/partial", "parts"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / "status").touch()
        (root / "sources.list").write_text(source_line(suite))
        configuration.touch(mode=0o600)  # the machine's proxy address may carry a password
        configuration.write_text(apt_configuration(root))
        update = ["env", f"APT_CONFIG={configuration}", "LC_ALL=C", "apt-get", "-q", "update"]
        _run([*update, "-o", "APT::Update::Error-Mode=any"], f"Reading Debian {suite}'s lists")
        (root / "updated").touch()
    return configuration


def _run(command: list[str], what: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
    if done.returncode:
        raise LabError(f"{what} failed: {done.stderr.strip()[-600:]}")
    return done.stdout
