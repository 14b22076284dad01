"""Replication to another registry; here the stand-in itself under another name."""

import secrets
import time
from collections.abc import Iterator

import pytest

from tests.lab.release.deployment import ADMIN, Deployment, Session
from tests.lab.release.small_image import push_image

pytestmark = pytest.mark.lab
REGISTRIES, POLICIES = "/api/v2.0/registries", "/api/v2.0/replication/policies"
EXECUTIONS = "/api/v2.0/replication/executions"


@pytest.fixture
def peer(deployment: Deployment, admin: Session) -> Iterator[int]:
    made = admin.post(REGISTRIES, json=_peer(deployment))
    number = int(made.headers["location"].rsplit("/", 1)[1])
    yield number
    for policy in admin.get(POLICIES).json():
        admin.delete(f"{POLICIES}/{policy['id']}")
    assert admin.delete(f"{REGISTRIES}/{number}").status_code == 200


def test_keeps_the_secret_of_a_registry_to_itself(
        deployment: Deployment, admin: Session, peer: int):
    found = admin.get(f"{REGISTRIES}/{peer}").json()
    stored = deployment.engine.docker(
        "exec", "harbor-db", "psql", "-h", "/run/postgresql", "-U", "postgres", "-At", "-c",
        "SELECT access_secret FROM peer", "registry")

    assert found["credential"]["access_secret"] == "*****"
    assert ADMIN[1] not in stored


@pytest.mark.parametrize("change", [
    {"ca_certificate": ""}, {"url": "https://not-there.example"}, {"insecure": True},
    {"credential": {"access_key": "robot$no", "access_secret": "Nobody1234"}}])
def test_refuses_a_registry_that_does_not_answer_well(
        deployment: Deployment, admin: Session, change: dict):
    assert admin.post(REGISTRIES, json=_peer(deployment) | change).status_code == 400


def test_copies_what_the_filters_let_through(admin: Session, peer: int):
    tag, target = secrets.token_hex(4), f"c{secrets.token_hex(4)}"
    digest = push_image(admin, "library/copied", tag).headers["docker-content-digest"]
    push_image(admin, "library/other", tag)
    policy = _policy(admin, peer, dest_namespace=target, filters=[
        {"type": "name", "value": "library/cop*"}, {"type": "tag", "value": tag}])

    started = admin.post(EXECUTIONS, json={"policy_id": policy})
    run = _await_end(admin, started.headers["location"])

    assert (run["status"], run["total"], run["succeed"]) == ("Succeed", 1, 1)
    path = f"/api/v2.0/projects/{target}/repositories"
    assert [entry["name"] for entry in admin.get(path).json()] == [f"{target}/copied"]
    assert admin.get(f"{path}/copied/artifacts/{tag}").json()["digest"] == digest
    log = admin.get(f"{started.headers['location']}/tasks/{run['id']}/log").text
    assert f"copied library/copied:{tag}" in log


def test_a_disabled_policy_does_not_run(admin: Session, peer: int):
    policy = _policy(admin, peer, enabled=False)

    assert admin.post(EXECUTIONS, json={"policy_id": policy}).status_code == 412


def test_a_registry_in_use_cannot_be_deleted(admin: Session, peer: int):
    _policy(admin, peer)

    assert admin.delete(f"{REGISTRIES}/{peer}").status_code == 412


def test_reads_deletion_and_not_the_documented_field(admin: Session, peer: int):
    policy = _policy(admin, peer, replicate_deletion=True)

    assert admin.get(f"{POLICIES}/{policy}").json()["replicate_deletion"] is False


def _peer(deployment: Deployment) -> dict:
    return {"name": f"peer-{secrets.token_hex(4)}", "type": "harbor",
            "url": "https://proxy:8443", "ca_certificate": deployment.authority.read_text(),
            "credential": {"type": "basic", "access_key": ADMIN[0], "access_secret": ADMIN[1]}}


def _policy(admin: Session, peer: int, **changes: object) -> int:
    made = admin.post(POLICIES, json={
        "name": f"policy-{secrets.token_hex(4)}", "dest_registry": {"id": peer}, "enabled": True,
        "trigger": {"type": "manual"}, **changes})
    assert made.status_code == 201, made.text
    return int(made.headers["location"].rsplit("/", 1)[1])


def _await_end(admin: Session, path: str) -> dict:
    deadline = time.monotonic() + 300
    while (run := admin.get(path).json())["status"] == "InProgress":
        assert time.monotonic() < deadline, run
        time.sleep(0.1)
    return run
