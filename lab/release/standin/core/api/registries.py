"""Other registries that images are replicated to (harbor.md 5.8)."""

import ssl
from dataclasses import dataclass

import psycopg2.errors

from lab.release.standin.core.database import Row
from lab.release.standin.core.paging import Listing
from lab.release.standin.core.state import State
from lab.release.standin.wire.caller import basic, call, trust
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

TYPES = ("harbor", "docker-registry")
LISTING = Listing("peer", {"name": "name", "type": "type"}, "id")
PATH = "/api/v2.0/registries"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Where another registry is and how to sign in there."""

    type: str
    url: str
    access_key: str
    access_secret: str
    ca_certificate: str


def routes(state: State) -> Router:
    router = Router()

    @router.on("GET", "/api/v2.0/replication/adapters")
    def adapters(request: Request) -> Answer:
        state.caller(request).require("replication-adapter", "list")
        return Answer.json(list(TYPES))

    @router.on("GET", PATH)
    def listed(request: Request) -> Answer:
        state.caller(request).require("registry", "list")
        return LISTING.answer(request, state.database, _shown)

    @router.on("POST", PATH)
    def create(request: Request) -> Answer:
        state.caller(request).require("registry", "create")
        return _create(state, request.json())

    @router.on("POST", PATH + "/ping")
    def ping(request: Request) -> Answer:
        state.caller(request).require("registry", "read")
        wanted = request.json()
        given = _peer(wanted | {"credential": wanted}) if "url" in wanted else None
        _require_healthy(given or opened(state, _row(state, str(wanted.get("id")))))
        return Answer(200)

    @router.on("GET", PATH + "/{number}")
    def read(request: Request, number: str) -> Answer:
        state.caller(request).require("registry", "read")
        return Answer.json(_shown(_row(state, number)))

    @router.on("PUT", PATH + "/{number}")
    def change(request: Request, number: str) -> Answer:
        state.caller(request).require("registry", "update")
        return _change(state, _row(state, number), request.json())

    @router.on("DELETE", PATH + "/{number}")
    def delete(request: Request, number: str) -> Answer:
        state.caller(request).require("registry", "delete")
        found = _row(state, number)
        if state.database.row("SELECT 1 FROM replication_policy WHERE peer_id = %s", found["id"]):
            raise Refused(412, "PRECONDITION", f"registry {number} is used by a policy")
        state.database.run("DELETE FROM peer WHERE id = %s", found["id"])
        return Answer(200)

    return router


def opened(state: State, row: Row) -> Peer:
    """The stored registry with its secret in clear; Undecryptable with another secretkey."""
    secret = state.seal.open(row["access_secret"]) if row["access_secret"] else ""
    return Peer(type=row["type"], url=row["url"], access_key=row["access_key"],
                access_secret=secret,
                ca_certificate=row["ca_certificate"])


def _create(state: State, wanted: dict) -> Answer:
    name = str(wanted.get("name", ""))
    if not 1 <= len(name) <= 64:
        raise Refused(400, "BAD_REQUEST", "the name must have 1 to 64 characters")
    peer = _peer(wanted)
    _require_healthy(peer)
    sealed = state.seal.close(peer.access_secret) if peer.access_secret else ""
    try:
        made = state.database.row(
            "INSERT INTO peer (name, description, type, url, access_key, access_secret, "
            "ca_certificate) VALUES (%s,%s,%s,%s,%s,%s,%s) RETURNING id", name,
            wanted.get("description") or "", peer.type, peer.url, peer.access_key, sealed,
            peer.ca_certificate)
    except psycopg2.errors.UniqueViolation as cause:
        raise Refused(409, "CONFLICT", f"registry {name} already exists") from cause
    return Answer(201, headers=[("Location", f"{PATH}/{(made or {})['id']}")])


def _change(state: State, row: Row, wanted: dict) -> Answer:
    old = opened(state, row)
    merged = {"type": old.type, "url": old.url, "ca_certificate": old.ca_certificate} | wanted
    merged["credential"] = {"access_key": old.access_key,
                            "access_secret": old.access_secret} | wanted
    peer = _peer(merged)
    _require_healthy(peer)
    state.database.run(
        "UPDATE peer SET name = %s, url = %s, access_key = %s, access_secret = %s, "
        "ca_certificate = %s, update_time = now() WHERE id = %s", wanted.get("name", row["name"]),
        peer.url, peer.access_key, state.seal.close(peer.access_secret),
        peer.ca_certificate, row["id"])
    return Answer(200)


def _peer(wanted: dict) -> Peer:
    credential, url = wanted.get("credential") or {}, str(wanted.get("url", "")).rstrip("/")
    if wanted.get("type") not in TYPES:
        raise Refused(400, "BAD_REQUEST", f"unsupported registry type {wanted.get('type')}")
    if not url.startswith(("http://", "https://")):
        raise Refused(400, "BAD_REQUEST", f"invalid URL {url}")
    if wanted.get("insecure"):
        raise Refused(400, "BAD_REQUEST", "the stand-in verifies every certificate: give the "
                                          "ca_certificate instead of insecure")
    return Peer(type=wanted["type"], url=url, access_key=credential.get("access_key") or "",
                access_secret=credential.get("access_secret") or "",
                ca_certificate=wanted.get("ca_certificate") or "")


def _require_healthy(peer: Peer) -> None:
    """400 without the reason, as Harbor's: that is in the log of core only."""
    headers = {"Authorization": basic(peer.access_key, peer.access_secret)}
    try:
        context = trust(peer.ca_certificate)
        status = call("GET", f"{peer.url}/v2/", timeout=10, context=context,
                      headers=headers if peer.access_key else {}).status
    except (OSError, ssl.SSLError) as problem:
        raise Refused(400, "BAD_REQUEST", "the registry is unhealthy") from problem
    if status != 200:
        raise Refused(400, "BAD_REQUEST", "the registry is unhealthy")


def _row(state: State, number: str) -> Row:
    found = state.database.row("SELECT * FROM peer WHERE id::text = %s", number)
    if not found:
        raise Refused(404, "NOT_FOUND", f"registry {number} not found")
    return found


def _shown(row: Row) -> dict[str, object]:
    shown = ("id", "name", "description", "type", "url", "ca_certificate",
             "creation_time", "update_time")
    credential = {"type": "basic", "access_key": row["access_key"],
                  "access_secret": "*****" if row["access_secret"] else ""}
    return {key: row[key] for key in shown} | {"status": "healthy", "insecure": False,
                                               "credential": credential}
