"""The token service: signs what a caller may do with a repository (harbor.md 5.15)."""

import base64
import hashlib
import json
import secrets
import time
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

from .callers import Caller
from .state import State

SERVICE, ISSUER, LEEWAY = "harbor-registry", "harbor-token-issuer", 60
ACTIONS = {"pull": "pull", "push": "push", "delete": "delete"}


class Signer:
    """Signs and verifies tokens with the RSA key that prepare made."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _key(self):  # noqa: ANN202 - RSAPrivateKey
        return serialization.load_pem_private_key(self._path.read_bytes(), None)

    @cached_property
    def _key_id(self) -> str:
        public = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(public).hexdigest()[:40]

    def sign(self, claims: dict) -> str:
        head = {"typ": "JWT", "alg": "RS256", "kid": self._key_id}
        text = f"{_packed(head)}.{_packed(claims)}"
        signature = self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{_encoded(signature)}"

    def verified(self, token: str) -> dict | None:
        """The claims of a token of ours that is valid now."""
        try:
            text, _, signature = token.rpartition(".")
            self._key.public_key().verify(_decoded(signature), text.encode(),
                                          padding.PKCS1v15(), hashes.SHA256())
            head, claims = (json.loads(_decoded(part)) for part in text.split("."))
        except (InvalidSignature, ValueError):
            return None
        now = time.time()
        good = (head.get("alg") == "RS256" and claims.get("iss") == ISSUER
                and claims.get("aud") == SERVICE and "iat" in claims
                and claims["nbf"] - LEEWAY <= now <= claims["exp"] + LEEWAY)
        return claims if good else None


def routes(state: State, signer: Signer) -> Router:
    router = Router()

    @router.on("GET", "/service/token")
    def token(request: Request) -> Answer:
        service = request.query.get("service", "")
        if service != SERVICE:
            raise Refused(400, "BAD_REQUEST", f"unknown service {service}")
        scopes = _scopes(str(request.context["raw_query"]))
        caller = state.caller(request)
        if not caller.is_known and not scopes:
            raise Refused(401, "UNAUTHORIZED", "unauthorized")
        seconds = int(str(state.configuration.get("token_expiration"))) * 60
        claims = _claims(caller, [_granted(state, caller, s) for s in scopes], seconds)
        issued = datetime.fromtimestamp(claims["iat"], UTC)
        return Answer.json({"token": signer.sign(claims), "access_token": "",
                            "expires_in": seconds, "issued_at": issued.isoformat()})

    return router


def _claims(caller: Caller, access: list[dict], seconds: int) -> dict:
    now = int(time.time())
    return {"iss": ISSUER, "sub": caller.name if caller.is_known else "", "aud": SERVICE,
            "exp": now + seconds, "nbf": now, "iat": now, "jti": secrets.token_hex(8),
            "access": access}


def _granted(state: State, caller: Caller, scope: tuple[str, str, list[str]]) -> dict:
    """The part of the wanted actions that the caller may; an answer, not a refusal."""
    kind, name, wanted = scope
    if kind == "registry" and name == "catalog":
        actions = ["*"] if caller.may("catalog", "read") else []
    elif kind == "repository":
        project = state.project_by("name", name.split("/")[0])
        actions = [a for a in _spread(wanted) if project and caller.may("repository", a, project)]
    else:
        actions = []
    return {"type": kind, "name": name, "actions": actions}


def _spread(actions: list[str]) -> list[str]:
    return list(ACTIONS) if "*" in actions else [a for a in actions if a in ACTIONS]


def _scopes(query: str) -> list[tuple[str, str, list[str]]]:
    """`type:name:actions`, given many times or separated by spaces."""
    words = " ".join(parse_qs(query).get("scope", [])).split()
    found = []
    for word in words:
        kind, _, rest = word.partition(":")
        name, _, actions = rest.rpartition(":")
        found.append((kind, name, actions.split(",")))
    return found


def _packed(value: dict) -> str:
    return _encoded(json.dumps(value, separators=(",", ":")).encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
