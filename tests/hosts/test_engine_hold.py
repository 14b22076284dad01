"""A run that lost its operation asks the engine for no change any more."""

import socket

import pytest

from hosts.engine.connection import connect
from hosts.identities import ensure_client_certificate
from hosts.models import DockerHost
from operations.errors import TakenOver


@pytest.fixture
def api(db, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    host = DockerHost.objects.create(name="old", address="127.0.0.1", engine_port=port)
    ensure_client_certificate(host)
    host.write_keys(tmp_path)
    client = connect("127.0.0.1", port, keys=tmp_path, tls_name="old", before_change=taken_over)
    yield client
    client.close()


def taken_over():
    raise TakenOver("Another attempt has it.")


def test_a_change_is_not_even_sent(api):
    with pytest.raises(TakenOver):
        api.create_container("slipway/carrier:1", ["-"])


def test_a_look_is_let_through(api):
    with pytest.raises(OSError, match="refused"):
        api.inspect_container("nginx")
