"""Compiles the packages' Python once, so that a container starts without doing it each time."""

import os
import subprocess

from lab.errors import LabError
from lab.release.tree import LIBRARIES, LOADER, Tree

FOLDERS = ("usr/lib/python3.11", "usr/lib/python3/dist-packages")


def compile_python(tree: Tree) -> None:
    """Write .pyc files that are never compared with their sources, by the tree's own Python.

    Raises LabError when that Python does not run.
    """
    root = tree.root
    program = [root / LOADER, "--library-path", root / LIBRARIES, root / "usr/bin/python3.11"]
    folders = [str(root / folder) for folder in FOLDERS]
    command = [*program, "-m", "compileall", "-q", "-x", "/(test|lib2to3)/", "-s", str(root),
               "-p", "/", "--invalidation-mode", "unchecked-hash", *folders]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root,
                          env={"PYTHONHOME": str(root / "usr"), "PATH": os.environ["PATH"]})
    if done.returncode:
        raise LabError(f"Compiling the packages' Python failed: {done.stdout[-400:]}{done.stderr}")
