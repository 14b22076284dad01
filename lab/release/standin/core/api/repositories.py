"""Repositories, artifacts and tags (harbor.md 5.14)."""

import psycopg2.errors

from lab.release.standin.core import images
from lab.release.standin.core.database import Row
from lab.release.standin.core.paging import Listing
from lab.release.standin.core.state import State
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.server import Answer, Refused, Request

PROJECT = "/api/v2.0/projects/{project}/repositories"
ARTIFACT = PROJECT + "/{repository}/artifacts"
COUNTED = ("*, (SELECT count(*) FROM artifact a WHERE a.repository_id = repository.id) "
           "AS artifact_count")
REPOSITORIES = Listing("repository", {"name": "name", "creation_time": "creation_time",
                                      "update_time": "update_time"}, "id", select=COUNTED)
ARTIFACTS = Listing("artifact", {"digest": "digest", "push_time": "push_time",
                                 "pull_time": "pull_time"}, "push_time DESC, id DESC")
TAGS = Listing("tag", {"name": "name", "push_time": "push_time"}, "name")


def routes(state: State) -> Router:
    router = Router()

    @router.on("GET", "/api/v2.0/repositories")
    def all_of_them(request: Request) -> Answer:
        state.caller(request).require_admin()
        return REPOSITORIES.answer(request, state.database, _repository)

    @router.on("GET", PROJECT)
    def listed(request: Request, project: str) -> Answer:
        found = state.allowed_project(request, project, "repository", "list")
        return REPOSITORIES.answer(request, state.database, _repository, "project_id = %s",
                                   found["project_id"])

    @router.on("GET", PROJECT + "/{repository}")
    def read(request: Request, project: str, repository: str) -> Answer:
        return Answer.json(_repository(_allowed(state, request, project, repository, "read")))

    @router.on("DELETE", PROJECT + "/{repository}")
    def delete(request: Request, project: str, repository: str) -> Answer:
        found = _allowed(state, request, project, repository, "delete")
        with state.database.transaction() as cursor:
            cursor.run("INSERT INTO artifact_trash (repository, digest) SELECT %s, digest FROM "
                       "artifact WHERE repository_id = %s ON CONFLICT DO NOTHING",
                       found["name"], found["id"])
            cursor.run("DELETE FROM repository WHERE id = %s", found["id"])
        state.audit(state.caller(request).name, "delete", "repository", found["name"],
                    project_id=found["project_id"])
        return Answer(200)

    _add_artifact_routes(router, state)
    _add_tag_routes(router, state)
    return router


def _add_artifact_routes(router: Router, state: State) -> None:
    @router.on("GET", ARTIFACT)
    def listed(request: Request, project: str, repository: str) -> Answer:
        found = _allowed(state, request, project, repository, "list", kind="artifact")
        return ARTIFACTS.answer(request, state.database, lambda row: _artifact(state, row),
                                "repository_id = %s", found["id"])

    @router.on("GET", ARTIFACT + "/{reference}")
    def read(request: Request, project: str, repository: str, reference: str) -> Answer:
        found = _allowed(state, request, project, repository, "read", kind="artifact")
        return Answer.json(_artifact(state, _found(state, found, reference)))

    @router.on("DELETE", ARTIFACT + "/{reference}")
    def delete(request: Request, project: str, repository: str, reference: str) -> Answer:
        found = _allowed(state, request, project, repository, "delete", kind="artifact")
        images.delete_artifact(state, found, _found(state, found, reference))
        state.audit(state.caller(request).name, "delete", "artifact",
                    f"{found['name']}@{reference}", project_id=found["project_id"])
        return Answer(200)


def _add_tag_routes(router: Router, state: State) -> None:
    path = ARTIFACT + "/{reference}/tags"

    @router.on("GET", path)
    def listed(request: Request, project: str, repository: str, reference: str) -> Answer:
        found = _allowed(state, request, project, repository, "list", kind="tag")
        return TAGS.answer(request, state.database, _tag, "artifact_id = %s",
                           _found(state, found, reference)["id"])

    @router.on("POST", path)
    def create(request: Request, project: str, repository: str, reference: str) -> Answer:
        found = _allowed(state, request, project, repository, "create", kind="tag")
        artifact, name = _found(state, found, reference), str(request.json().get("name") or "")
        if not images.TAG.match(name):
            raise Refused(400, "BAD_REQUEST", f"tag name {name} is not valid")
        try:
            state.database.run("INSERT INTO tag (repository_id, artifact_id, name) VALUES "
                               "(%s,%s,%s)", found["id"], artifact["id"], name)
        except psycopg2.errors.UniqueViolation as cause:
            raise Refused(409, "CONFLICT", f"tag {name} already exists") from cause
        return Answer(201)

    @router.on("DELETE", path + "/{tag}")
    def delete(request: Request, project: str, repository: str, reference: str,
               tag: str) -> Answer:
        found = _allowed(state, request, project, repository, "delete", kind="tag")
        artifact = _found(state, found, reference)
        if not state.database.run("DELETE FROM tag WHERE artifact_id = %s AND name = %s",
                                  artifact["id"], tag):
            raise Refused(404, "NOT_FOUND", f"tag {tag} not found")
        return Answer(200)


def _allowed(state: State, request: Request, project: str, repository: str, action: str,
             kind: str = "repository") -> Row:
    found = state.allowed_project(request, project, kind, action)
    row = state.database.row(f"SELECT {COUNTED} FROM repository WHERE name = %s",  # noqa: S608
                             f"{found['name']}/{repository}")
    if not row:
        raise Refused(404, "NOT_FOUND", f"repository {found['name']}/{repository} not found")
    return row


def _found(state: State, repository: Row, reference: str) -> Row:
    found = images.find_artifact(state, repository["name"], reference)
    if not found:
        raise Refused(404, "NOT_FOUND", f"artifact {repository['name']}:{reference} not found")
    return found


def _repository(row: Row) -> dict[str, object]:
    shown = ("id", "name", "project_id", "description", "artifact_count", "pull_count",
             "creation_time", "update_time")
    return {key: row[key] for key in shown}


def _artifact(state: State, row: Row) -> dict[str, object]:
    tags = state.database.rows("SELECT * FROM tag WHERE artifact_id = %s ORDER BY name", row["id"])
    shown = ("id", "project_id", "repository_id", "digest", "size", "media_type",
             "manifest_media_type", "push_time", "pull_time")
    return {key: row[key] for key in shown} | {
        "type": "IMAGE", "references": row["contents"] or None,
        "tags": [_tag(tag) for tag in tags] or None}


def _tag(row: Row) -> dict[str, object]:
    shown = ("id", "repository_id", "artifact_id", "name", "push_time", "pull_time")
    return {key: row[key] for key in shown} | {"immutable": False}
