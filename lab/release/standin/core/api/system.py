"""Ping, health, what this system is, where its space went (harbor.md 5.2)."""

import os
from datetime import UTC, datetime
from urllib.parse import urlsplit

from lab.release.standin.core.health import report
from lab.release.standin.core.state import State
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request


def routes(state: State) -> Router:
    router = Router()
    environment = state.environment

    @router.on("GET", "/api/version")
    def version(request: Request) -> Answer:
        return Answer.json({"version": "v2.0"})

    @router.on("GET", "/api/v2.0/ping")
    def ping(request: Request) -> Answer:
        return Answer.text("Pong")

    @router.on("GET", "/api/v2.0/health")
    def health(request: Request) -> Answer:
        return Answer.json(report(state))

    @router.on("GET", "/api/v2.0/systeminfo")
    def system_information(request: Request) -> Answer:
        return Answer.json(_information(state, known=state.caller(request).is_known))

    @router.on("GET", "/api/v2.0/systeminfo/volumes")
    def volumes(request: Request) -> Answer:
        state.caller(request).require("system-volumes", "read")
        found = os.statvfs(environment.image_store)
        return Answer.json({"storage": [{"total": found.f_blocks * found.f_frsize,
                                         "free": found.f_bavail * found.f_frsize}]})

    @router.on("GET", "/api/v2.0/systeminfo/getcert")
    def authority(request: Request) -> Answer:
        if not environment.authority.exists():
            raise Refused(404, "NOT_FOUND", "no certificate found")
        return Answer(200, environment.authority.read_bytes(), [
            ("Content-Type", "application/octet-stream"),
            ("Content-Disposition", "attachment; filename=ca.crt")])

    @router.on("GET", "/api/v2.0/statistics")
    def statistics(request: Request) -> Answer:
        caller = state.caller(request)
        caller.require_known()
        return Answer.json(_statistics(state, admin=caller.is_admin))

    return router


def _information(state: State, *, known: bool) -> dict[str, object]:
    settings = state.configuration.all()
    shown = {"auth_mode": settings["auth_mode"], "primary_auth_mode": settings["primary_auth_mode"],
             "self_registration": settings["self_registration"],
             "banner_message": settings["banner_message"], "harbor_version": None}
    if known:
        url = state.environment.external_url
        shown |= {
            "harbor_version": state.environment.version, "external_url": url,
            "registry_url": urlsplit(url).netloc, "read_only": settings["read_only"],
            "has_ca_root": state.environment.authority.exists(),
            "project_creation_restriction": settings["project_creation_restriction"],
            "notification_enable": settings["notification_enable"],
            "registry_storage_provider_name": "filesystem",
            "current_time": datetime.now(UTC).isoformat()}
    return {key: value for key, value in shown.items() if value is not None}


def _statistics(state: State, *, admin: bool) -> dict[str, int]:
    counted = state.database.row(
        "SELECT count(*) FILTER (WHERE metadata->>'public' = 'true') AS public, "
        "count(*) AS all FROM project") or {}
    repositories = state.database.row(
        "SELECT count(*) AS n FROM repository") or {}
    stored = state.database.row("SELECT coalesce(sum(size), 0) AS n FROM blob") or {}
    shown = {"public_project_count": counted["public"],
             "private_project_count": counted["all"] - counted["public"] if admin else 0}
    if admin:
        shown |= {"total_project_count": counted["all"], "total_repo_count": repositories["n"],
                  "total_storage_consumption": int(stored["n"])}
    return shown
