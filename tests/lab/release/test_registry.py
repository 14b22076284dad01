"""The registry protocol through the stand-in: tokens, pushes, tags, quotas, deletes."""

import base64
import hashlib
import json
import os
import secrets

import pytest

from tests.lab.release.deployment import Deployment, Session
from tests.lab.release.private_engine import NAME
from tests.lab.release.small_image import MANIFEST, push_blob, push_image

pytestmark = pytest.mark.lab
ACCEPT = {"Accept": MANIFEST}


@pytest.fixture
def project(admin: Session) -> str:
    name = f"r{secrets.token_hex(4)}"
    assert admin.post("/api/v2.0/projects", json={"project_name": name}).status_code == 201
    return name


def test_asks_nobody_for_a_token_of_its_own_service(nobody: Session):
    answer = nobody.get("/v2/")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == (
        f'Bearer realm="https://{NAME}/service/token",service="harbor-registry"')


def test_a_token_holds_what_its_owner_may(admin: Session, nobody: Session, project: str):
    scope = f"repository:{project}/app:pull,push"
    path = f"/service/token?service=harbor-registry&scope={scope}"

    assert _access(admin.get(path)) == [
        {"type": "repository", "name": f"{project}/app", "actions": ["pull", "push"]}]
    assert _access(nobody.get(path))[0]["actions"] == []
    assert nobody.get("/service/token?service=harbor-registry").status_code == 401
    assert admin.get("/service/token?service=other").status_code == 400


def test_a_token_opens_only_its_repository(deployment: Deployment, admin: Session, project: str):
    path = f"/service/token?service=harbor-registry&scope=repository:{project}/app:pull,push"
    session = deployment.session(auth=None)
    session.headers["Authorization"] = f"Bearer {admin.get(path).json()['token']}"

    assert push_image(session, f"{project}/app", "1").status_code == 201
    assert push_image(session, f"{project}/other", "1").status_code == 401


def test_refuses_a_token_that_was_changed(deployment: Deployment, admin: Session):
    token = admin.get("/service/token?service=harbor-registry").json()["token"]
    head, claims, signature = token.split(".")
    session = deployment.session(auth=None)
    session.headers["Authorization"] = f"Bearer {head}.{claims[:-2]}AA.{signature}"

    assert session.get("/v2/").status_code == 401


def test_shows_a_pushed_image_by_tag_and_digest(admin: Session, project: str):
    pushed = push_image(admin, f"{project}/deep/app", "v1", size=2000)
    digest = pushed.headers["docker-content-digest"]

    path = f"/api/v2.0/projects/{project}/repositories/deep%252Fapp/artifacts"
    listed = admin.get(path).json()
    got = admin.get(f"/v2/{project}/deep/app/manifests/v1", headers=ACCEPT)
    assert pushed.status_code == 201
    assert [(entry["digest"], entry["tags"][0]["name"]) for entry in listed] == [(digest, "v1")]
    assert f"sha256:{hashlib.sha256(got.content).hexdigest()}" == digest
    assert admin.get(f"/v2/{project}/deep/app/tags/list").json()["tags"] == ["v1"]
    assert admin.get(f"/api/v2.0/projects/{project}/repositories/deep%2Fapp").status_code == 404


def test_takes_a_blob_in_pieces(admin: Session, project: str):
    content = os.urandom(300_000)
    url = admin.post(f"/v2/{project}/app/blobs/uploads/").headers["location"]
    for piece in (content[:100_000], content[100_000:]):
        answer = admin.patch(url, data=iter([piece[:50_000], piece[50_000:]]))
        assert answer.status_code == 202
        url = answer.headers["location"]
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"

    assert admin.put(f"{url}&digest={digest}").status_code == 201
    assert admin.get(f"/v2/{project}/app/blobs/{digest}").content == content


def test_refuses_what_exceeds_the_quota(admin: Session, project: str):
    number = admin.get(f"/api/v2.0/projects/{project}").json()["project_id"]
    quota = admin.get(f"/api/v2.0/quotas?reference_id={number}").json()[0]
    admin.put(f"/api/v2.0/quotas/{quota['id']}", json={"hard": {"storage": 5000}})

    assert push_image(admin, f"{project}/app", "small", size=1000).status_code == 201
    refused = push_blob(admin, f"{project}/app", os.urandom(9000))
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["code"] == "DENIED"
    assert admin.get(f"/api/v2.0/quotas/{quota['id']}").json()["used"]["storage"] < 5000


def test_read_only_mode_refuses_pushes(admin: Session, project: str):
    admin.put("/api/v2.0/configurations", json={"read_only": True})
    try:
        refused = push_image(admin, f"{project}/app", "1")
    finally:
        admin.put("/api/v2.0/configurations", json={"read_only": False})

    assert refused.status_code == 403
    assert push_image(admin, f"{project}/app", "1").status_code == 201


def test_a_deleted_image_is_gone_and_its_project_can_go_too(admin: Session, project: str):
    digest = push_image(admin, f"{project}/app", "1").headers["docker-content-digest"]
    path = f"/api/v2.0/projects/{project}"

    assert admin.delete(path).status_code == 412
    assert admin.delete(f"/v2/{project}/app/manifests/1").status_code == 400
    assert admin.delete(f"/v2/{project}/app/manifests/{digest}").status_code == 202
    assert admin.get(f"/v2/{project}/app/manifests/1", headers=ACCEPT).status_code == 404
    assert admin.delete(f"{path}/repositories/app").status_code == 200
    assert admin.delete(path).status_code == 200


def test_anyone_pulls_from_a_public_project_and_nobody_pushes(admin: Session, nobody: Session):
    tag = secrets.token_hex(4)
    push_image(admin, "library/open", tag)

    assert nobody.get(f"/v2/library/open/manifests/{tag}", headers=ACCEPT).status_code == 200
    assert nobody.post("/v2/library/open/blobs/uploads/").status_code == 401


def test_pushing_to_no_project_is_not_found(admin: Session):
    assert push_image(admin, "never-there/app", "1").status_code == 404


def _access(answer) -> list[dict]:  # noqa: ANN001
    claims = answer.json()["token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=="))["access"]
