"""The official SDK against the simulator: what Nutanix' own client accepts, ours may rely on."""

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from lab.prism import Knobs, PrismSimulator
from tests.environment import callers_environment

pytestmark = pytest.mark.full
HERE = Path(__file__).parent
FLOWS = ("lists", "image", "machine", "volume_group", "paging", "stale", "tasks")
# The version that an SDK speaks, and what the Prism Central that it meets serves.
SERVED = {
    "v4.0": [("pc.2024.3", 0), ("pc.7.6", None)],
    "v4.3": [("pc.7.6", None)],
}
CASES = [
    pytest.param(version, product, minor, id=f"{version}-{product}")
    for version, prisms in SERVED.items() for product, minor in prisms
]


@pytest.fixture(scope="session")
def python_with():
    """The interpreter of an environment for one SDK; made once and kept in the cache."""
    made = {}

    def get(version: str) -> str:
        if version not in made:
            made[version] = _environment(HERE / f"requirements-{version}.txt")
        return made[version]

    return get


def _environment(requirements: Path) -> str:
    cache = Path(os.environ.get("SLIPWAY_CACHE") or Path.home() / ".cache/slipway")
    mark = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    home = cache / f"sdk-{mark}"
    python = str(home / "bin/python")
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / f"sdk-{mark}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests side by side make it once
        if not (home / "complete").exists():
            venv.create(home, with_pip=True, clear=True)
            subprocess.run(
                [python, "-m", "pip", "install", "-qq", "-r", str(requirements)], check=True,
                env=callers_environment(),
            )
            (home / "complete").touch()
    return python


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize(("version", "product", "minor"), CASES)
def test_the_sdk_plays(python_with, tmp_path, version, product, minor, flow):
    knobs = Knobs(product=product)
    if minor is not None:
        knobs.max_minor = dict.fromkeys(knobs.max_minor, minor)
    ca_file = tmp_path / "ca.pem"
    with PrismSimulator(knobs=knobs) as prism:
        ca_file.write_text(prism.ca_pem)
        for number in range(260 if flow == "paging" else 0):
            prism.add_image(f"it's image {number}")
        host, _, port = prism.url.removeprefix("https://").partition(":")

        result = subprocess.run(
            [python_with(version), str(HERE / "flows.py"), host, port, prism.username,
             prism.password, str(ca_file), flow],
            capture_output=True, text=True, timeout=300, cwd=tmp_path,
        )

    assert result.returncode == 0, result.stderr[-3000:]
