"""Where the lab keeps its cache, its disks and the state of what runs."""

import os
from pathlib import Path

# Labs of different names can run side by side on one machine; two of one name cannot.
NAME = os.environ.get("SLIPWAY_LAB", "")
SUFFIX = f"-{NAME}" if NAME else ""

CACHE = Path(os.environ.get("SLIPWAY_CACHE") or Path.home() / ".cache" / "slipway")
RUN = Path(f"/run/slipway-lab{SUFFIX}")  # state of the running lab
DATA = Path(f"/var/lib/slipway-lab{SUFFIX}")  # disks and file systems of its machines
