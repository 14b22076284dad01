"""Looks at the certificate that an address serves, the way a client would."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cryptography import x509

from certificates.reading import Facts, facts_of
from lib.errors import ServiceError


class ProbeFailed(ServiceError):
    """No TLS connection, or none that a client would accept.

    `kind` is one of dns, refused, timeout, tls, untrusted, forbidden. For `untrusted`, `code` is
    OpenSSL's reason (X509_V_ERR_…, openssl-verification-options(1)).
    """

    def __init__(
        self, message: str, *, kind: str, advice: str = "", detail: str = "", code: int = 0
    ) -> None:
        super().__init__(message, advice=advice, detail=detail)
        self.kind = kind
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Served:
    """What was served: the leaf first, as the server sent it."""

    chain: tuple[x509.Certificate, ...]
    protocol: str
    cipher: str

    @property
    def facts(self) -> Facts:
        return facts_of(self.chain[0])


def served_certificate(
    address: str, port: int, server_name: str, timeout: float = 5.0
) -> Served:
    """The chain served at `address`:`port` to clients that ask for `server_name`.

    Sends nothing but the handshake and judges nothing: use `check_trust` for that.
    Raises ProbeFailed when there is no TLS server.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Expired and foreign certificates must be seen, too. No data travels on this connection.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with _connected(context, address, port, server_name, timeout) as connection:
        cipher = connection.cipher()
        return Served(
            chain=_chain_of(connection),
            protocol=connection.version() or "",
            cipher=cipher[0] if cipher else "",
        )


def check_trust(
    address: str, port: int, server_name: str, *, trusted_pem: str = "", timeout: float = 5.0
) -> str:
    """Connect as a client that trusts `trusted_pem` only (empty: the system's authorities).

    Returns the protocol spoken. Raises ProbeFailed, kind `untrusted`, with the reason.
    """
    context = ssl.create_default_context(cadata=trusted_pem or None)
    with _connected(context, address, port, server_name, timeout) as connection:
        return connection.version() or ""


@contextmanager
def _connected(
    context: ssl.SSLContext, address: str, port: int, server_name: str, timeout: float
) -> Iterator[ssl.SSLSocket]:
    where = f"{address}:{port}"
    try:
        with (
            socket.create_connection((address, port), timeout=timeout) as plain,
            context.wrap_socket(plain, server_hostname=server_name) as connection,
        ):
            yield connection
    except OSError as cause:
        raise _as_failure(cause, where, server_name) from cause


def _as_failure(cause: OSError, where: str, server_name: str) -> ProbeFailed:
    detail = str(cause)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return ProbeFailed(
            f"Clients refuse the certificate of {server_name} at {where}: {cause.verify_message}.",
            kind="untrusted", detail=detail, code=cause.verify_code,
            advice="Serve a certificate with this name, valid today, with its whole chain.",
        )
    if isinstance(cause, socket.gaierror):
        return ProbeFailed(f"{where} does not resolve on the console.", kind="dns", detail=detail,
                           advice="Check the name and its DNS record.")
    if isinstance(cause, TimeoutError):
        return ProbeFailed(f"{where} did not answer in time.", kind="timeout", detail=detail,
                           advice="Check the address and the network path.")
    if isinstance(cause, (ssl.SSLError, ConnectionResetError)):
        return ProbeFailed(f"{where} answers, but speaks no TLS that we know.", kind="tls",
                           detail=detail, advice="Check that this port serves HTTPS.")
    return ProbeFailed(f"{where} refuses the connection.", kind="refused", detail=detail,
                       advice="Check that the service runs and that firewalls let it pass.")


def _chain_of(connection: ssl.SSLSocket) -> tuple[x509.Certificate, ...]:
    # Public only since Python 3.13; the inner object has offered it since 3.10.
    inner = connection if hasattr(connection, "get_unverified_chain") else connection._sslobj
    parts = inner.get_unverified_chain() or []
    ders = [part if isinstance(part, bytes) else part.public_bytes(_DER) for part in parts]
    return tuple(x509.load_der_x509_certificate(der) for der in ders)


_DER = 2  # _ssl.ENCODING_DER
