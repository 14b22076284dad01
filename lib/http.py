"""One way to speak JSON over HTTPS: own trust, own limits, faults as sentences."""

import json
from collections.abc import Iterator, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from lib.http_faults import unreachable, unreachable_after

_CONNECT, _READ = 5.0, 30.0


class Answer:
    """What came back, whatever the status."""

    def __init__(self, response: requests.Response) -> None:
        self.raw = response
        self.status = response.status_code
        self.headers = response.headers
        # A redirect is no answer: nobody here follows one.
        self.ok = 200 <= response.status_code < 300

    @property
    def text(self) -> str:
        return self.raw.text

    @property
    def content(self) -> bytes:
        return self.raw.content

    def json(self) -> Any:
        """The decoded body, or None when it is empty or no JSON (proxies answer HTML)."""
        try:
            return json.loads(self.raw.content)
        except ValueError:
            return None

    def blocks(self, size: int) -> Iterator[bytes]:
        """The body of a streamed answer as it travels, `size` bytes at a time.

        Raises Unreachable when it breaks off before its announced length.
        """
        sent = self.raw.request
        name = sent.headers.get("Host") or urlsplit(sent.url).hostname or ""
        try:
            yield from self.raw.raw.stream(size, decode_content=False)
        except urllib3.exceptions.HTTPError as error:
            timed_out = isinstance(error, urllib3.exceptions.ReadTimeoutError)
            raise unreachable("timeout" if timed_out else "dropped", name, str(error)) from error


class JSONSession:
    """Requests to one base URL.

    `verify` is a CA file or True for the system's; `fingerprint` (SHA-256 of the leaf, hex) is
    checked instead of a chain. With `address`, connections go there while TLS name and Host stay
    `server_name`. Environment proxies and CA bundles are ignored: they would replace our trust.
    Cookies are kept only when asked: a replayed Harbor `sid` turns on CSRF (`harbor.md 5.1`).
    """

    def __init__(
        self,
        base_url: str,
        *,
        verify: str | bool = True,
        fingerprint: str | None = None,
        auth: tuple[str, str] | None = None,
        server_name: str | None = None,
        address: str | None = None,
        timeouts: tuple[float, float] = (_CONNECT, _READ),
        cookies: bool = False,
    ) -> None:
        parts = urlsplit(base_url.rstrip("/"))
        self.name = server_name or parts.hostname or ""
        self._timeouts = timeouts
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = auth
        # A pinned leaf needs no chain; urllib3 then refuses every other certificate.
        self._session.verify = verify if fingerprint is None else False
        host = parts.hostname or ""
        if address:
            default = 443 if parts.scheme == "https" else 80
            port = parts.port or default
            suffix = "" if port == default else f":{port}"
            self._session.headers["Host"] = f"{self.name}{suffix}"
            host = f"[{address}]" if ":" in address else address
        elif ":" in host:
            host = f"[{host}]"
        netloc = f"{host}:{parts.port}" if parts.port else host
        self._base = f"{parts.scheme}://{netloc}{parts.path}"
        tls_name = self.name if address or server_name else None
        self._session.mount("https://", _PinnedAdapter(tls_name, fingerprint))
        if not cookies:
            self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        data: Any = None,
        stream: bool = False,
        timeouts: tuple[float, float] | None = None,
        auth: Any = None,
    ) -> Answer:
        """Send and return the answer of any status. `path` may be absolute (same server).

        Raises Unreachable when no complete answer came.
        """
        url = path if path.startswith(("http://", "https://")) else self._base + path
        try:
            response = self._session.request(
                method,
                url,
                json=json,
                params=params,
                headers=headers,
                data=data,
                stream=stream,
                timeout=timeouts or self._timeouts,
                allow_redirects=False,
                auth=auth,
            )
        except requests.RequestException as error:
            raise unreachable_after(error, self.name) from error
        return Answer(response)

    @property
    def cookies(self) -> Any:
        return self._session.cookies

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> "JSONSession":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class _PinnedAdapter(HTTPAdapter):
    """Checks the name or the fingerprint we expect, not the one in the URL."""

    def __init__(self, tls_name: str | None, fingerprint: str | None) -> None:
        self._tls: dict[str, Any] = {}
        if tls_name:
            self._tls |= {"server_hostname": tls_name, "assert_hostname": tls_name}
        if fingerprint:
            self._tls |= {
                "assert_fingerprint": fingerprint.replace(":", ""),
                "assert_hostname": False,
            }
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> Any:
        return super().init_poolmanager(*args, **kwargs, **self._tls)
