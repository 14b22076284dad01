"""The stand-in, running on an engine: what an operator and a docker client see."""

import re
import time

import pytest

from lab.release import VERSION
from tests.lab.release.deployment import ADMIN, Deployment, Session
from tests.lab.release.private_engine import NAME
from tests.lab.release.small_image import push_image

pytestmark = pytest.mark.lab
IMAGE = f"goharbor/valkey-photon:{VERSION}"
CONTAINERS = {"harbor-log", "registry", "registryctl", "harbor-db", "harbor-core",
              "harbor-portal", "harbor-jobservice", "redis", "nginx"}


def test_has_harbors_containers_each_with_a_health_check(deployment: Deployment):
    listed = deployment.engine.docker("ps", "--format", "{{.Names}} {{.Status}}").splitlines()

    assert {line.split()[0] for line in listed} == CONTAINERS
    assert all("health" in line for line in listed)


def test_names_every_component_in_its_health(deployment: Deployment):
    found = deployment.await_health()

    assert [entry["name"] for entry in found["components"]] == [
        "core", "database", "jobservice", "portal", "redis", "registry", "registryctl"]


@pytest.mark.full
def test_tells_a_component_that_is_down_and_still_answers_200(
        deployment: Deployment, nobody: Session):
    deployment.engine.docker("stop", "registryctl")
    try:
        status = _await_component(nobody, "registryctl", "unhealthy")
    finally:
        deployment.engine.docker("start", "registryctl")

    assert status == 200
    deployment.await_health()


def test_says_that_it_is_a_stand_in(nobody: Session, admin: Session):
    assert "not Harbor" in nobody.get("/").text
    assert admin.get("/api/v2.0/systeminfo").json()["harbor_version"] == VERSION
    assert "harbor_version" not in nobody.get("/api/v2.0/systeminfo").json()


def test_redirects_plain_http(deployment: Deployment, nobody: Session):
    answer = nobody.get(f"http://{deployment.engine.address}/x?y=1")

    assert (answer.status_code, answer.headers["location"]) == (308, f"https://{NAME}/x?y=1")


def test_writes_one_log_file_per_service(deployment: Deployment, admin: Session):
    admin.get("/api/v2.0/systeminfo", headers={"User-Agent": "seen-in-the-log"})

    found = _await_text(deployment.folder / "logs/proxy.log", "seen-in-the-log")
    assert found
    assert (deployment.folder / "logs/core.log").exists()


def test_keeps_its_data_in_the_external_volumes(deployment: Deployment):
    found = deployment.engine.docker(
        "inspect", "-f", "{{range .Mounts}}{{.Type}}:{{.Name}}:{{.Destination}} {{end}}",
        "harbor-db")

    assert "volume:shop-database:/var/lib/postgresql/data" in found


def test_pushes_and_pulls_with_the_engine_and_keeps_the_image_over_a_restart(
        deployment: Deployment, admin: Session):
    docker, reference = deployment.engine.docker, f"{NAME}/library/cache:kept"
    docker("login", "-u", ADMIN[0], "--password-stdin", NAME, text=ADMIN[1])
    docker("tag", IMAGE, reference)
    pushed = re.search(r"digest: (sha256:\w+)", docker("push", reference))
    docker("rmi", reference)

    deployment.compose("stop")
    deployment.start()
    pulled = re.search(r"Digest: (sha256:\w+)", docker("pull", reference))

    assert pushed
    assert pulled
    assert pushed[1] == pulled[1]
    path = "/api/v2.0/projects/library/repositories/cache/artifacts/kept"
    assert admin.get(path).json()["digest"] == pushed[1]


def test_refuses_a_docker_login_with_a_wrong_password(deployment: Deployment):
    with pytest.raises(AssertionError, match="unauthorized"):
        deployment.engine.docker("login", "-u", "admin", "--password-stdin", NAME, text="Wrong1234")


def test_runs_a_dry_garbage_collection_through_the_job_service(admin: Session):
    path = _collect_garbage(admin, dry_run=True)

    assert admin.get(path).json()["job_status"] == "Success"
    assert "dry run" in admin.get(f"{path}/log").text


def test_frees_the_space_of_a_deleted_image_at_the_next_collection(
        deployment: Deployment, admin: Session):
    digest = push_image(admin, "library/waste", "1").headers["docker-content-digest"]
    admin.delete("/api/v2.0/projects/library/repositories/waste")
    stored = f"/storage/docker/registry/v2/blobs/sha256/{digest[7:9]}/{digest[7:]}"

    assert _is_there(deployment, stored)
    path = _collect_garbage(admin, dry_run=False)
    assert admin.get(path).json()["job_status"] == "Success"
    assert not _is_there(deployment, stored)
    assert push_image(admin, "library/waste", "1").status_code == 201


@pytest.mark.full
def test_survives_a_new_prepare_with_new_secrets(deployment: Deployment, admin: Session):
    key = deployment.folder / "data/secret/core/private_key.pem"
    before = key.read_bytes()
    deployment.prepare()
    deployment.start()

    assert key.read_bytes() == before
    assert admin.get("/api/v2.0/users/current").json()["username"] == "admin"


def _await_component(session: Session, name: str, status: str) -> int:
    deadline = time.monotonic() + 300
    while True:
        answer = session.get("/api/v2.0/health")
        states = {entry["name"]: entry["status"] for entry in answer.json()["components"]}
        if states[name] == status:
            return answer.status_code
        assert time.monotonic() < deadline, states
        time.sleep(0.2)


def _await_text(path, text: str) -> bool:  # noqa: ANN001
    deadline = time.monotonic() + 300
    while text not in path.read_text():
        assert time.monotonic() < deadline, path.read_text()[-500:]
        time.sleep(0.1)
    return True


def _collect_garbage(session: Session, *, dry_run: bool) -> str:
    started = session.post("/api/v2.0/system/gc/schedule", json={
        "schedule": {"type": "Manual"},
        "parameters": {"delete_untagged": True, "dry_run": dry_run, "workers": 1}})
    assert started.status_code == 201
    _await_job(session, started.headers["location"])
    return started.headers["location"]


def _is_there(deployment: Deployment, path: str) -> bool:
    return "yes" in deployment.engine.docker(
        "exec", "registry", "sh", "-c", f"test -e {path} && echo yes || echo no")


def _await_job(session: Session, path: str) -> str:
    deadline = time.monotonic() + 300
    while (status := session.get(path).json()["job_status"]) in ("Pending", "Running"):
        assert time.monotonic() < deadline, status
        time.sleep(0.1)
    return status
