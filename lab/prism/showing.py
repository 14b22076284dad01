"""Which certificate the simulator shows: its own, or once one that nobody trusts."""

import ssl
import tempfile
from pathlib import Path

from lab.prism.faults import FaultQueue
from lab.prism.trust import Authority, ServerIdentity


class Certificates:
    """The simulator's certificate, and a wrong one when a fault asks for it."""

    def __init__(self, faults: FaultQueue, names: tuple[str, ...], bind: str) -> None:
        self._faults, self._names = faults, list(names)
        self._addresses = sorted({"127.0.0.1", bind} - {"0.0.0.0"})
        self._authority = Authority()
        self.ca_pem = self._authority.pem
        own = self._authority.identity_for(self._names, self._addresses)
        self.certificate_pem, self._right = own.certificate_pem, _context_for(own)

    def next_context(self) -> ssl.SSLContext:
        """The context for the next handshake."""
        wrong = self._faults.take_wrong_certificate()
        return _context_for(self._identity(wrong)) if wrong else self._right

    def _identity(self, wrong: str) -> ServerIdentity:
        if wrong == "expired":
            return self._authority.identity_for(self._names, self._addresses, days=-1)
        if wrong == "other-name":
            return self._authority.identity_for(["elsewhere.lab.test"], [])
        return Authority().identity_for(self._names, self._addresses)


def _context_for(identity: ServerIdentity) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory(prefix="prism-simulator-") as folder:
        pair = Path(folder, "pair.pem")
        pair.touch(mode=0o600)
        pair.write_text(identity.key_pem + identity.certificate_pem)
        context.load_cert_chain(pair)
    return context
