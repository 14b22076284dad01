"""The wire to Harbor's API v2.0: one account, its errors as sentences (`harbor.md 5.1`)."""

from typing import Any, Self

from lib.errors import ServiceError
from lib.http import Answer, JSONSession

_API = "/api/v2.0"


class HarborError(ServiceError):
    """Harbor answered, but not what was asked for. `status` is the HTTP status."""

    def __init__(self, message: str, *, status: int, advice: str = "", detail: str = "") -> None:
        super().__init__(message, advice=advice, detail=detail)
        self.status = status


class HarborAPI:
    """One account on one Harbor.

    `registry_host` is name[:port] as users type it; connections go to `address`. `ca_file` holds
    the certificates that are trusted; `timeouts` are seconds to connect and to answer. No cookie is
    kept: Basic credentials go with every call.
    """

    def __init__(
        self, registry_host: str, *, address: str, ca_file: str, username: str, password: str,
        timeouts: tuple[float, float] = (5, 30),
    ) -> None:
        self.name = registry_host
        self._session = JSONSession(
            f"https://{registry_host}", verify=ca_file, auth=(username, password),
            server_name=registry_host.partition(":")[0], address=address,
            timeouts=timeouts,
        )

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def call(
        self, method: str, path: str, *, allow: tuple[int, ...] = (), **options: Any
    ) -> Answer:
        """One call. Raises HarborError for statuses from 300 on that `allow` does not list."""
        headers = {"X-Is-Resource-Name": "true", "Accept": "application/json"}
        answer = self._session.request(method, _API + path, headers=headers, **options)
        if answer.status >= 300 and answer.status not in allow:
            raise _error(self.name, method, path, answer)
        return answer

    def _get(self, path: str, **options: Any) -> Any:
        answer = self.call("GET", path, **options)
        document = answer.json()
        if document is None:
            raise HarborError(
                f"{self.name} answered {path} with something that is no JSON.",
                status=answer.status, detail=answer.text[:300],
            )
        return document


def _error(name: str, method: str, path: str, answer: Answer) -> HarborError:
    document = answer.json()
    errors = document.get("errors") if isinstance(document, dict) else None
    reason = "; ".join(str(entry.get("message", "")) for entry in errors or [])
    sentences = {
        401: "Harbor does not accept the administrator's password",
        403: "Harbor does not allow this",
        404: "Harbor does not know this",
        502: "Harbor's core does not answer yet",
        503: "Harbor is not ready",
        504: "Harbor's core does not answer in time",
    }
    sentence = sentences.get(answer.status, f"Harbor refused with status {answer.status}")
    return HarborError(
        f"{name}: {sentence}{': ' + reason if reason else ''} ({method} {path}).",
        status=answer.status, detail=answer.text[:500],
    )
