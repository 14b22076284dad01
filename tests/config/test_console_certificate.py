"""The console's own certificate: one file, renewed in time, taken without a restart."""

import asyncio
import socket
import ssl
import threading
from datetime import timedelta

import pytest
from cryptography import x509
from django.utils import timezone

from certificates.models import Certificate
from certificates.probes import served_certificate
from config.console_certificate import certificate_file, ensure_console_certificate
from config.web import Web

pytestmark = pytest.mark.django_db


def age(fingerprint):
    """Let two thirds of its life, and a bit, be over."""
    row = Certificate.objects.get(fingerprint=fingerprint)
    row.not_before = timezone.now() - timedelta(days=300)
    row.not_after = timezone.now() + timedelta(days=97)
    row.renew_at = timezone.now() - timedelta(days=1)
    row.save()


def test_key_and_chain_are_one_private_file():
    ensure_console_certificate()

    file = certificate_file()
    assert file.stat().st_mode & 0o777 == 0o600
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file)
    x509.load_pem_x509_certificate(file.with_suffix(".crt").read_bytes())
    assert "PRIVATE" not in file.with_suffix(".crt").read_text()


def test_stays_the_same_until_its_time_has_come():
    first = ensure_console_certificate()
    written = certificate_file().stat().st_mtime_ns

    assert ensure_console_certificate() == first
    assert certificate_file().stat().st_mtime_ns == written

    age(first)
    assert ensure_console_certificate() != first
    assert Certificate.objects.get(fingerprint=first).state == Certificate.State.REPLACED


def test_a_running_console_takes_the_new_one_for_new_connections(settings):
    first = ensure_console_certificate()
    web = Web(certificate_file())
    web.config.load()
    assert web.config.ws_max_size <= 4096
    assert not web.config.ws_per_message_deflate
    with Listening(web.config.ssl) as port:
        assert served(port) == first

        age(first)
        second = ensure_console_certificate()
        assert served(port) == first
        asyncio.run(web.look())

        assert served(port) == second != first


def test_a_broken_file_leaves_the_old_one_in_use():
    first = ensure_console_certificate()
    web = Web(certificate_file())
    web.config.load()
    certificate_file().write_text("no certificate")

    asyncio.run(web.look())

    with Listening(web.config.ssl) as port:
        assert served(port) == first


def served(port):
    return served_certificate("127.0.0.1", port, "localhost").facts.fingerprint


class Listening:
    """Shakes hands with everybody, with the console's own context."""

    def __init__(self, context):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._context = context
        self._thread = threading.Thread(target=self._greet)

    def __enter__(self):
        self._thread.start()
        return self._listener.getsockname()[1]

    def __exit__(self, *_):
        # Wakes the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _greet(self):
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            with plain, self._context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(1)
