"""An address where something else answers is told for what it is, whatever that answers."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler

import pytest

from lib.errors import ServiceError
from nutanix.models import Prism
from nutanix.services import verify
from tests.lib.test_http import Quiet, make_certificate

ANSWERS = {
    "a page": (200, "text/html", b"<html><h1>It works!</h1>"),
    "no such page": (404, "text/html", b"<html><h1>404 Not Found</h1>"),
    "a way to a login": (302, "text/html", b""),
    "other data": (200, "application/json", b'{"swagger": "2.0"}'),
    "a list": (200, "application/json", b"[]"),
    "not that method": (405, "text/plain", b"Method not allowed"),
}


@pytest.fixture
def elsewhere(tmp_path):
    """Starts a server that gives this one answer to everything; its URL and fingerprint."""
    started = []

    def start(answer, *, tls=True):
        certificate, fingerprint = make_certificate(tmp_path)
        server = Quiet(("127.0.0.1", 0), handler_of(*answer))
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        started.append(server)
        return f"https://127.0.0.1:{server.server_address[1]}", fingerprint

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def handler_of(status, kind, body):
    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                self.send_header("Location", "/login")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *args):
            pass

    return Handler


def told_about(address, fingerprint, kind):
    prism = Prism.objects.create(
        name="wrong", kind=kind, address=address, fingerprint=fingerprint, username="u",
        password="not-for-strangers",
    )
    with pytest.raises(ServiceError) as caught:
        verify(prism)
    assert prism.problem
    assert "not-for-strangers" not in prism.problem + caught.value.detail
    return caught.value


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["pc_v4", "pe_v2"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_says_that_no_prism_answers_there(elsewhere, answer, kind):
    told = told_about(*elsewhere(ANSWERS[answer]), kind)

    assert "is no Prism" in told.message
    assert "address" in told.advice


@pytest.mark.django_db
def test_says_that_a_port_speaks_no_tls(elsewhere):
    told = told_about(*elsewhere(ANSWERS["a page"], tls=False), "pc_v4")

    assert "does not speak TLS" in told.message
