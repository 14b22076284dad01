"""Authorities, certificates and a real TLS server."""

import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User

from certificates.services import ensure_console_authority, issue


@pytest.fixture(autouse=True)
def _static_root(settings, tmp_path):
    """The page tests serve static files from an empty folder, not from a missing one."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _loopback_may_be_looked_at(settings):
    """The servers of these tests are here."""
    settings.PROBE_HOSTS_ALLOWED = ["127.0.0.1", "localhost"]


@pytest.fixture
def ada(client, db):
    """Operates everything."""
    user = User.objects.create_superuser("ada")
    client.force_login(user)
    return client


@pytest.fixture
def authority(db):
    return ensure_console_authority()


@pytest.fixture
def certificate(authority):
    return issue(authority, common_name="reg.example.com", names=["reg.example.com"],
                 addresses=["127.0.0.1"])


@pytest.fixture
def serve(tmp_path):
    """`serve(cert_pem, key_pem)` as a context manager: a TLS server; gives its port."""

    @contextmanager
    def _serve(certificate_pem, key_pem):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (tmp_path / "served.pem").write_text(certificate_pem + key_pem)
        context.load_cert_chain(tmp_path / "served.pem")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=_shake_hands, args=(listener, context))
            thread.start()
            try:
                yield listener.getsockname()[1]
            finally:
                listener.shutdown(socket.SHUT_RDWR)
                thread.join()

    return _serve


@pytest.fixture
def plain_port():
    """A port whose server answers plain text only."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_say_hello, args=(listener,))
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def openssl(tmp_path):
    """`openssl("verify", ..., files={"root.pem": text})`: exit code and output of the program."""

    def _openssl(*arguments, files=None):
        for name, content in (files or {}).items():
            content = content.encode() if isinstance(content, str) else content
            (tmp_path / name).write_bytes(content)
        done = subprocess.run(["openssl", *arguments], cwd=tmp_path, capture_output=True, text=True,
                              check=False)
        return done.returncode, done.stdout + done.stderr

    return _openssl


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _shake_hands(listener, context):
    for plain in _accepted(listener):
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(1)
        except OSError:
            plain.close()  # the client refused our certificate


def _say_hello(listener):
    for plain in _accepted(listener):
        with plain:
            plain.sendall(b"220 hello, this is no TLS\r\n" * 4)


def _accepted(listener):
    while True:
        try:
            yield listener.accept()[0]
        except OSError:
            return
