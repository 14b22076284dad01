"""The door to the registry: who may pass, what is stored where (harbor.md 5.15)."""

import re

from lab.release.standin.wire.server import Answer, Refused, Request

from . import registry_blobs, registry_manifests
from .callers import Caller
from .database import Row
from .state import State
from .tokens import LEEWAY, SERVICE, Signer

NAME = r"(?P<name>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
PARTS = (
    ("manifest", re.compile(rf"/v2/{NAME}/manifests/(?P<reference>[^/]+)\Z")),
    ("upload", re.compile(rf"/v2/{NAME}/blobs/uploads/(?P<reference>[^/]*)\Z")),
    ("blob", re.compile(rf"/v2/{NAME}/blobs/(?P<reference>[^/]+)\Z")),
    ("tags", re.compile(rf"/v2/{NAME}/tags/(?P<reference>list)\Z")),
    ("referrers", re.compile(rf"/v2/{NAME}/referrers/(?P<reference>[^/]+)\Z")),
)
NEEDED = {"GET": "pull", "HEAD": "pull", "POST": "push", "PUT": "push", "PATCH": "push",
          "DELETE": "delete"}
VERSION = ("Docker-Distribution-Api-Version", "registry/2.0")


class Door:
    """Answers everything below /v2/."""

    def __init__(self, state: State, signer: Signer) -> None:
        self._state, self._signer = state, signer

    def handle(self, request: Request) -> Answer:
        try:
            answer = self._handle(request)
        except Refused as refused:
            if refused.status == 401:
                refused.headers.append(("Www-Authenticate", self._challenge(request)))
            answer = refused.answer()
        answer.headers.append(VERSION)
        return answer

    def _handle(self, request: Request) -> Answer:
        path = request.path.rstrip("/") if request.path in ("/v2", "/v2/") else request.path
        if path == "/v2":
            self._caller(request).require_known()
            return Answer.json({})
        if path == "/v2/_catalog":
            return self._catalog(request)
        for kind, pattern in PARTS:
            found = pattern.match(path)
            if found:
                return self._part(kind, request, found["name"], found["reference"])
        raise Refused(404, "NOT_FOUND", f"path {path} was not found")

    def _part(self, kind: str, request: Request, name: str, reference: str) -> Answer:
        project = self._project(request, name, NEEDED[request.method])
        if NEEDED[request.method] != "pull" and self._state.configuration.get("read_only"):
            raise Refused(403, "DENIED", "The system is in read only mode. Any modification is "
                                         "prohibited.")
        if kind == "manifest":
            return registry_manifests.handle(self._state, request, project, name, reference)
        if kind == "tags":
            return registry_manifests.tags(self._state, name)
        if kind == "referrers":
            return registry_manifests.referrers()
        mounted = request.query.get("from", "")
        if kind == "upload" and mounted:
            self._project(request, mounted, "pull")
        return registry_blobs.handle(self._state, request, project, kind)

    def _project(self, request: Request, name: str, action: str) -> Row:
        """The project of the repository, when the caller may do the action there."""
        request.context["scope"] = f"repository:{name}:{_wanted(action)}"
        caller = self._caller(request)
        project = self._state.project_by("name", name.split("/")[0])
        claims = request.context.get("claims")
        if isinstance(claims, dict):
            self._check_claims(claims, project, name, action)
        elif project is None:
            caller.require_known()
            raise Refused(404, "NOT_FOUND", f"project {name.split('/')[0]} not found")
        elif not caller.may("repository", action, project):
            raise _denied(name, action)
        return project  # type: ignore[return-value]

    def _check_claims(self, claims: dict, project: Row | None, name: str, action: str) -> None:
        granted = any(access["type"] == "repository" and access["name"] == name
                      and action in access["actions"] for access in claims["access"])
        made = project["creation_time"].timestamp() if project else 0
        if not granted or not project or claims["iat"] + LEEWAY < made:
            raise _denied(name, action)

    def _caller(self, request: Request) -> Caller:
        """By token, by Basic, or nobody; a header that proves nothing is refused."""
        shown = request.header("authorization")
        if shown.lower().startswith("bearer "):
            claims = self._signer.verified(shown[7:].strip())
            if claims is None:
                raise Refused(401, "UNAUTHORIZED", "unauthorized: the token is not valid")
            request.context["claims"] = claims
            caller = self._state.doorman.named(claims["sub"], "token")
            request.context["caller"] = caller
            return caller
        caller = self._state.caller(request)
        if shown and not caller.is_known:
            raise Refused(401, "UNAUTHORIZED", "unauthorized")
        return caller

    def _challenge(self, request: Request) -> str:
        if request.header("authorization"):
            return 'Basic realm="harbor"'
        scheme = self._state.environment.external_url.partition("://")[0]
        realm = f"{scheme}://{request.header('host')}/service/token"
        scope = request.context.get("scope")
        return (f'Bearer realm="{realm}",service="{SERVICE}"'
                + (f',scope="{scope}"' if scope else ""))

    def _catalog(self, request: Request) -> Answer:
        caller = self._caller(request)
        claims = request.context.get("claims")
        granted = isinstance(claims, dict) and any(
            a["name"] == "catalog" and "*" in a["actions"] for a in claims["access"])
        if not granted:
            request.context["scope"] = "registry:catalog:*"
            if claims:
                raise Refused(401, "UNAUTHORIZED", "unauthorized to list catalog")
            caller.require("catalog", "read")
        rows = self._state.database.rows("SELECT name FROM repository ORDER BY name")
        return Answer.json({"repositories": [row["name"] for row in rows]})


def _denied(name: str, action: str) -> Refused:
    """401 also for somebody who is known: clients then ask their user for another account."""
    return Refused(401, "UNAUTHORIZED",
                   f"unauthorized to access repository: {name}, action: {action}")


def _wanted(action: str) -> str:
    return "pull,push" if action == "push" else action
