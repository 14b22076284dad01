"""One mutually authenticated connection to an engine, with our own idea of its name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from docker import APIClient
from docker.tls import TLSConfig
from requests.adapters import HTTPAdapter

# Spoken by 20.10 and later; what both sides know is agreed on afterwards.
_FIRST_API = "1.41"
_NEWEST_API = "1.45"
TIMEOUT = 60


def connect(
    address: str, port: int, *, keys: Path, tls_name: str,
    before_change: Callable[[], None] = lambda: None,
) -> APIClient:
    """A client of the engine at `address`, whose certificate must carry `tls_name`.

    `keys` holds ca.pem, cert.pem and key.pem. `before_change` is asked before everything that is
    not a mere look, and raises to prevent it. Nothing is sent yet. The API version is explicit and
    `trust_env` off, because REQUESTS_CA_BUNDLE would replace our CA (`real-parts.md 0`).
    """
    host = f"[{address}]" if ":" in address else address
    client = _AskingClient(
        base_url=f"https://{host}:{port}",
        version=_FIRST_API,
        timeout=TIMEOUT,
        tls=TLSConfig(
            client_cert=(str(keys / "cert.pem"), str(keys / "key.pem")),
            ca_cert=str(keys / "ca.pem"),
            verify=True,
        ),
    )
    client.before_change = before_change
    client.trust_env = False
    client.mount("https://", _NamedAdapter(tls_name))
    return client


def agree_on_version(client: APIClient) -> dict[str, Any]:
    """Use the newest API both sides know; returns the engine's own account of itself."""
    found = client.version(api_version=False)
    offered = tuple(int(part) for part in found["ApiVersion"].split("."))
    ours = tuple(int(part) for part in _NEWEST_API.split("."))
    client._version = ".".join(str(part) for part in min(offered, ours))
    return found


class _AskingClient(APIClient):
    """Asks whether it still may. Not before a DELETE: so helpers can be tidied away."""

    before_change: Callable[[], None] = staticmethod(lambda: None)

    def send(self, request: Any, **settings: Any) -> Any:
        if request.method in ("POST", "PUT"):
            self.before_change()
        return super().send(request, **settings)


class _NamedAdapter(HTTPAdapter):
    """Checks the name we expect in the certificate, not the address in the URL."""

    def __init__(self, tls_name: str) -> None:
        self._tls_name = tls_name
        super().__init__(pool_maxsize=4)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> Any:
        return super().init_poolmanager(
            *args, **kwargs, server_hostname=self._tls_name, assert_hostname=self._tls_name
        )
