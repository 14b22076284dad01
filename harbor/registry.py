"""The registry protocol by our own client, so that no engine stands between (`harbor.md 5.15`)."""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from harbor.small_image import MANIFEST_TYPE, SmallImage, digest_of
from lib.errors import ServiceError
from lib.http import Answer, JSONSession


class RegistryError(ServiceError):
    """The registry refused or answered against its protocol. `status` is the HTTP status."""

    def __init__(self, message: str, *, status: int = 0, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Token:
    """What the token service handed out; `actions` per repository name."""

    raw: str
    expires_in: int
    actions: dict[str, frozenset[str]]


class RegistryClient:
    """Pushes and pulls as one account; arguments as for HarborClient. Without name: anonymous."""

    def __init__(
        self, registry_host: str, *, address: str, ca_file: str,
        username: str = "", password: str = "",
    ) -> None:
        self.name = registry_host
        self._account = (username, password) if username else None
        self._session = JSONSession(
            f"https://{registry_host}", verify=ca_file,
            server_name=registry_host.partition(":")[0], address=address,
        )

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def realm(self) -> tuple[str, str]:
        """(URL, service) of the token service, from the registry's own challenge."""
        answer = self._session.request("GET", "/v2/")
        challenge = answer.headers.get("Www-Authenticate", "")
        fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        if answer.status != 401 or not challenge.startswith("Bearer ") or "realm" not in fields:
            raise RegistryError(
                f"{self.name} does not ask for a token on /v2/: status {answer.status}, "
                f"challenge “{challenge}”.", status=answer.status,
            )
        return fields["realm"], fields.get("service", "")

    def token(self, repository: str, actions: Iterable[str]) -> Token:
        """A token for one repository. Fewer actions than asked may come (`harbor.md 5.15`)."""
        realm, service = self.realm()
        answer = self._session.request(
            "GET", urlsplit(realm).path, auth=self._account,
            params={"service": service, "scope": f"repository:{repository}:{','.join(actions)}"},
        )
        document = answer.json()
        if answer.status != 200 or not isinstance(document, dict):
            raise _refused("a token", repository, answer)
        raw = document.get("token") or document.get("access_token") or ""
        return Token(raw=raw, expires_in=document.get("expires_in", 0), actions=_actions(raw))

    def push(self, repository: str, tag: str, image: SmallImage) -> str:
        """Store the image and return the digest the registry gives it."""
        token = self.token(repository, ("pull", "push"))
        for digest, content in image.blobs.items():
            self._push_blob(repository, digest, content, token)
        answer = self._call(
            "PUT", f"/v2/{repository}/manifests/{tag}", token, "the manifest", repository, (201,),
            data=image.manifest, headers={"Content-Type": MANIFEST_TYPE},
        )
        return answer.headers.get("Docker-Content-Digest", "")

    def pull(self, repository: str, reference: str) -> tuple[str, int]:
        """(digest, bytes) of an image fetched whole; each blob is compared with its digest."""
        token = self.token(repository, ("pull",))
        answer = self._call(
            "GET", f"/v2/{repository}/manifests/{reference}", token, "the manifest", repository,
            (200,), headers={"Accept": MANIFEST_TYPE},
        )
        total = len(answer.content)
        for digest in _parts_of(answer, repository):
            total += len(self._pull_blob(repository, digest, token))
        return digest_of(answer.content), total

    def _push_blob(self, repository: str, digest: str, content: bytes, token: Token) -> None:
        what = f"blob {digest[:19]}"
        opened = self._call(
            "POST", f"/v2/{repository}/blobs/uploads/", token, what, repository, (202,)
        )
        location = urlsplit(opened.headers.get("Location", ""))
        query = f"{location.query}&" if location.query else ""
        self._call(
            "PUT", f"{location.path}?{query}digest={digest}", token, what, repository, (201,),
            data=content, headers={"Content-Type": "application/octet-stream"},
        )

    def _pull_blob(self, repository: str, digest: str, token: Token) -> bytes:
        answer = self._call(
            "GET", f"/v2/{repository}/blobs/{digest}", token, f"blob {digest[:19]}", repository,
            (200,),
        )
        if digest_of(answer.content) != digest:
            raise RegistryError(f"Blob {digest} of {repository} came back changed.")
        return answer.content

    def _call(
        self, method: str, path: str, token: Token, what: str, repository: str,
        expected: tuple[int, ...], headers: dict[str, str] | None = None, **options: Any,
    ) -> Answer:
        answer = self._session.request(
            method, path, headers={"Authorization": f"Bearer {token.raw}", **(headers or {})},
            **options,
        )
        if answer.status not in expected:
            raise _refused(what, repository, answer)
        return answer


def _refused(what: str, repository: str, answer: Answer) -> RegistryError:
    document = answer.json()
    errors = document.get("errors") if isinstance(document, dict) else None
    reason = "; ".join(str(entry.get("message", "")).rstrip(".") for entry in errors or [])
    return RegistryError(
        f"The registry refused {what} of {repository} with status {answer.status}"
        f"{': ' + reason if reason else ''}.",
        status=answer.status, detail=answer.text[:500],
    )


def _parts_of(answer: Answer, repository: str) -> list[str]:
    """Digests of the configuration and the layers that a manifest names."""
    try:
        manifest = answer.json()
        return [entry["digest"] for entry in (manifest["config"], *manifest["layers"])]
    except (KeyError, TypeError) as error:
        raise RegistryError(
            f"What came as the manifest of {repository} is no manifest.", detail=answer.text[:500]
        ) from error


def _actions(raw: str) -> dict[str, frozenset[str]]:
    """What a token says it allows. Only read, not verified: the registry does that."""
    try:
        payload = raw.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return {
            entry["name"]: frozenset(entry.get("actions") or ())
            for entry in claims.get("access") or []
        }
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise RegistryError("The token service handed out something that is no token.") from error
