"""Metadata of a project: strings by name (harbor.md 5.4)."""

from lab.release.standin.core.database import Row
from lab.release.standin.core.state import State
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

METADATA = ("public", "auto_scan", "prevent_vul", "severity", "reuse_sys_cve_allowlist",
            "enable_content_trust", "enable_content_trust_cosign", "auto_sbom_generation",
            "retention_id", "proxy_speed_kb")


def routes(state: State) -> Router:
    router = Router()
    path = "/api/v2.0/projects/{project}/metadatas"

    @router.on("GET", path)
    @router.on("GET", path + "/{name}")
    def read(request: Request, project: str, name: str = "") -> Answer:
        found = state.allowed_project(request, project, "metadata", "read")["metadata"]
        if name and name not in found:
            raise Refused(404, "NOT_FOUND", f"metadata {name} not found")
        return Answer.json({name: found[name]} if name else found)

    @router.on("PUT", path + "/{name}")
    def change(request: Request, project: str, name: str) -> Answer:
        found = state.allowed_project(request, project, "metadata", "update")
        wanted = request.json()
        merge(state, found, checked({name: wanted.get(name)}))
        return Answer(200)

    @router.on("DELETE", path + "/{name}")
    def delete(request: Request, project: str, name: str) -> Answer:
        found = state.allowed_project(request, project, "metadata", "delete")
        state.database.run("UPDATE project SET metadata = metadata - %s WHERE project_id = %s",
                           name, found["project_id"])
        return Answer(200)

    return router


def merge(state: State, project: Row, wanted: dict[str, str]) -> None:
    state.database.run("UPDATE project SET metadata = metadata || %s, update_time = now() "
                       "WHERE project_id = %s", wanted, project["project_id"])


def checked(wanted: dict[str, object]) -> dict[str, str]:
    """Known names only; every value is a string."""
    unknown = [name for name in wanted if name not in METADATA]
    if unknown:
        raise Refused(400, "BAD_REQUEST", f"metadata {unknown[0]} is not known")
    return {name: str(value) for name, value in wanted.items() if value is not None}
