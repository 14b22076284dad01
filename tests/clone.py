"""The project as a person gets it by `git clone`, with the changes that are not committed yet."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def clean_clone(target: Path) -> Path:
    """Only what git would hand out lies in `target`: no `.env`, no `var/`, no caches."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    return target
