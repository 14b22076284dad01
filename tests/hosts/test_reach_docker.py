"""An engine that does not answer us, or answers everybody, is not used."""

import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hosts.models import DockerHost
from hosts.steps import meet_engine, reach_docker

module = sys.modules[reach_docker.__module__]


@pytest.fixture
def host(db):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return DockerHost.objects.create(name="old-server", address="127.0.0.1", engine_port=port)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(meet_engine, "ANSWER_SECONDS", {True: 0.0, False: 0.0})


def test_an_engine_that_does_not_answer_is_told_with_what_to_do(host, carry_out):
    ended = carry_out("reach", host)

    assert "old-server" in ended.reason
    assert "Run the script from the host's page" in ended.advice
    host.refresh_from_db()
    assert host.state == "unreachable"


def test_an_engine_without_tls_is_not_used(host, carry_out):
    with ThreadingHTTPServer(("127.0.0.1", host.engine_port), Plain) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

        ended = carry_out("reach", host)

        server.shutdown()
    assert "old-server answers without TLS" in ended.reason
    assert "Run the script from the host's page" in ended.advice


class Plain(BaseHTTPRequestHandler):
    """Answers a handshake as every HTTP server does: with 400."""

    def log_message(self, *args):
        pass


def test_an_engine_that_obeys_everybody_is_refused(host, carry_out, monkeypatch):
    monkeypatch.setattr(module, "meet_engine", lambda run, host: None)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setattr(module, "_OPEN_PORT", listening.getsockname()[1])

        ended = carry_out("reach", host)

    assert "where the engine obeys everybody" in ended.reason
