"""A small Harbor for the clients to speak to."""

import pytest

from tests.harbor.small_harbor import SmallHarbor


@pytest.fixture
def small_harbor(tmp_path):
    harbor = SmallHarbor(folder=tmp_path)
    harbor.start()
    yield harbor
    harbor.stop()
