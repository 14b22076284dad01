"""A queue for whoever may look at it."""

import tempfile
from pathlib import Path

import pytest

from tests.operations.processes import Console


@pytest.fixture(scope="session")
def _valkey():
    with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
        console = Console(Path(folder))
        console.start_valkey()
        yield console
        console.close()


@pytest.fixture
def queues(_valkey, monkeypatch, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    _valkey.use_in_this_process(monkeypatch, settings)
