"""Trust, names and faults of the JSON session, against a real TLS server on the loopback."""

import datetime
import ipaddress
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lib.errors import Unreachable
from lib.http import JSONSession

NAME = "registry.example.com"


class Echo(BaseHTTPRequestHandler):
    def do_GET(self):  # noqa: N802
        if self.path == "/drop":
            self.connection.close()
            return
        body = (
            b"<html>"
            if self.path == "/html"
            else json.dumps(
                {"host": self.headers["Host"], "cookie": self.headers["Cookie"]}
            ).encode()
        )
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Set-Cookie", "sid=abc; Path=/")
        self.send_header("Location", "https://elsewhere.example/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Quiet(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # refused handshakes are what the tests are about


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    certificate, fingerprint = make_certificate(folder)
    httpd = Quiet(("127.0.0.1", 0), Echo)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield httpd.server_address[1], str(certificate), fingerprint
    httpd.shutdown()
    httpd.server_close()


def make_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    san = x509.SubjectAlternativeName(
        [x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.9"))]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(san, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path, certificate.fingerprint(hashes.SHA256()).hex(":")


def session(server, **changes):
    port, ca, _ = server
    settings = {"verify": ca, "server_name": NAME, "address": "127.0.0.1"} | changes
    return JSONSession(f"https://{NAME}:{port}", **settings)


def test_connects_to_the_address_but_checks_the_name(server):
    with session(server) as http:
        answer = http.request("GET", "/")

    assert answer.json()["host"] == f"{NAME}:{server[0]}"


def test_an_environment_ca_bundle_replaces_nothing(server, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/ssl/certs/ca-certificates.crt")

    with session(server) as http:
        assert http.request("GET", "/").ok


def test_refuses_another_name(server):
    with session(server, server_name="other.example.com") as http, pytest.raises(Unreachable) as e:
        http.request("GET", "/")

    assert e.value.kind == "tls"


def test_refuses_an_unknown_authority(server):
    with session(server, verify=True) as http, pytest.raises(Unreachable) as error:
        http.request("GET", "/")

    assert error.value.kind == "tls"


def test_accepts_the_pinned_leaf_only(server):
    with session(server, verify=True, fingerprint=server[2]) as http:
        assert http.request("GET", "/").ok
    with session(server, fingerprint="00" * 32) as http, pytest.raises(Unreachable) as error:
        http.request("GET", "/")

    assert error.value.kind == "tls"


def test_forgets_cookies_and_follows_nobody(server):
    with session(server) as http:
        assert http.request("GET", "/away").status == 302
        assert http.request("GET", "/").json()["cookie"] is None


def test_no_json_is_none(server):
    with session(server) as http:
        assert http.request("GET", "/html").json() is None


def test_faults_have_their_kind(server):
    with session(server) as http, pytest.raises(Unreachable) as dropped:
        http.request("GET", "/drop")
    with pytest.raises(Unreachable) as refused:
        JSONSession("https://127.0.0.1:1").request("GET", "/")
    with pytest.raises(Unreachable) as unknown:
        JSONSession("https://no-such-host.invalid").request("GET", "/")

    assert [e.value.kind for e in (dropped, refused, unknown)] == ["dropped", "refused", "dns"]
