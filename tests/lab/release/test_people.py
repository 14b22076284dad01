"""Users, projects, members, robots, quotas: what each may do, and what is refused."""

import secrets

import pytest

from tests.lab.release.deployment import Deployment, Session

pytestmark = pytest.mark.lab
PASSWORD = "Abcdefg1"
PULL = [{"resource": "repository", "action": "pull"}]
PUSH = [*PULL, {"resource": "repository", "action": "push"}]


@pytest.fixture
def project(admin: Session) -> str:
    """A new private project."""
    name = f"p{secrets.token_hex(4)}"
    assert admin.post("/api/v2.0/projects", json={"project_name": name}).status_code == 201
    return name


@pytest.fixture
def ben(deployment: Deployment, admin: Session) -> Session:
    """A new user without any membership."""
    name = f"ben{secrets.token_hex(4)}"
    made = admin.post("/api/v2.0/users", json={
        "username": name, "email": f"{name}@example.test", "realname": "Ben",
        "password": PASSWORD})
    assert made.status_code == 201
    return deployment.session(auth=(name, PASSWORD))


def test_library_exists_and_is_public(nobody: Session):
    found = nobody.get("/api/v2.0/projects?q=name=library").json()

    assert [(entry["name"], entry["metadata"]["public"]) for entry in found] == [
        ("library", "true")]


def test_a_wrong_password_is_told_and_locks_the_name_for_a_moment(
        deployment: Deployment, ben: Session):
    name, _ = ben.auth
    wrong = deployment.session(auth=(name, "Wrong1234")).get("/api/v2.0/users/current")

    assert wrong.status_code == 401
    assert wrong.elapsed.total_seconds() >= 1.5


def test_a_wrong_password_on_a_public_call_is_nobody(deployment: Deployment):
    found = deployment.session(auth=("zoe", "Wrong1234")).get("/api/v2.0/systeminfo")

    assert found.status_code == 200
    assert "harbor_version" not in found.json()


def test_the_password_can_be_changed_with_the_old_one_only(
        deployment: Deployment, ben: Session):
    number = ben.get("/api/v2.0/users/current").json()["user_id"]
    path = f"/api/v2.0/users/{number}/password"

    def change(old: str, new: str) -> int:
        return ben.put(path, json={"old_password": old, "new_password": new}).status_code

    assert change("Other1234", "Newone123") == 403
    assert change(PASSWORD, "weak") == 400
    assert change(PASSWORD, PASSWORD) == 400
    assert change(PASSWORD, "Newone123") == 200
    renewed = deployment.session(auth=(ben.auth[0], "Newone123"))
    assert renewed.get("/api/v2.0/users/current").status_code == 200


def test_strangers_learn_nothing_of_a_private_project(
        admin: Session, ben: Session, nobody: Session, project: str):
    path = f"/api/v2.0/projects/{project}"

    assert ben.get(path).status_code == 403
    assert nobody.get(path).status_code == 401
    assert ben.get("/api/v2.0/projects/never-there").status_code == 403
    assert admin.get("/api/v2.0/projects/never-there").status_code == 404
    assert project not in [entry["name"] for entry in ben.get("/api/v2.0/projects").json()]


def test_a_member_may_what_the_role_allows(admin: Session, ben: Session, project: str):
    name = ben.auth[0]
    path = f"/api/v2.0/projects/{project}/members"
    member = {"role_id": 2, "member_user": {"username": name}}

    assert admin.post(path, json=member).status_code == 201
    assert admin.post(path, json=member).status_code == 409
    assert admin.post(path, json=member | {"role_id": 9}).status_code == 400
    assert ben.get(f"/api/v2.0/projects/{project}").status_code == 200
    assert ben.get(path).json()[-1]["role_name"] == "developer"
    assert ben.delete(f"/api/v2.0/projects/{project}").status_code == 403


def test_a_number_is_an_id_unless_the_header_says_name(admin: Session):
    found = admin.get("/api/v2.0/projects/1")
    named = admin.get("/api/v2.0/projects/1", headers={"X-Is-Resource-Name": "true"})

    assert found.json()["name"] == "library"
    assert named.status_code == 404


def test_creating_twice_is_a_conflict_and_bad_names_are_refused(admin: Session, project: str):
    def create(name: str) -> int:
        return admin.post("/api/v2.0/projects", json={"project_name": name}).status_code

    assert create(project) == 409
    assert create("Upper") == 400
    assert admin.head(f"/api/v2.0/projects?project_name={project}").status_code == 200
    assert admin.head("/api/v2.0/projects?project_name=not-there").status_code == 404


def test_lists_come_in_pages(admin: Session, project: str):
    found = admin.get("/api/v2.0/projects?page=1&page_size=1")

    assert len(found.json()) == 1
    assert int(found.headers["x-total-count"]) >= 2
    assert 'rel="next"' in found.headers["link"]
    assert admin.get("/api/v2.0/projects?page_size=101").status_code == 422


def test_a_robot_gets_what_it_was_granted(deployment: Deployment, admin: Session, project: str):
    robot = _robot(admin, project, PULL)
    session = deployment.session(auth=(robot["name"], robot["secret"]))

    assert robot["name"] == f"robot${project}+ci"
    assert session.get("/api/v2.0/users/current").status_code == 412
    assert session.post(f"/v2/{project}/app/blobs/uploads/").status_code == 401
    assert session.get(f"/v2/{project}/app/manifests/1").status_code == 404


def test_a_robots_secret_is_renewed_and_the_old_one_dies(
        deployment: Deployment, admin: Session, project: str):
    robot = _robot(admin, project, PUSH)
    renewed = admin.patch(f"/api/v2.0/robots/{robot['id']}", json={"secret": ""}).json()

    old = deployment.session(auth=(robot["name"], robot["secret"]))
    new = deployment.session(auth=(robot["name"], renewed["secret"]))
    assert old.get("/v2/").status_code == 401
    assert new.get("/v2/").status_code == 200


@pytest.mark.parametrize(("change", "status"), [
    ({"duration": 0}, 400), ({"name": "Upper"}, 400), ({"level": "both"}, 400),
    ({"permissions": []}, 400)])
def test_refuses_a_robot_that_harbor_would_refuse(
        admin: Session, project: str, change: dict, status: int):
    answer = admin.post("/api/v2.0/robots", json=_wanted(project, PULL) | change)

    assert answer.status_code == status


def test_refuses_a_permission_that_robots_cannot_have(admin: Session, project: str):
    answer = admin.post("/api/v2.0/robots", json=_wanted(
        project, [{"resource": "robot", "action": "update"}]))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == "bad request permission: robot:update"


def test_a_quota_takes_bytes_or_minus_one(admin: Session, project: str):
    number = admin.get(f"/api/v2.0/projects/{project}").json()["project_id"]
    quota = admin.get(f"/api/v2.0/quotas?reference=project&reference_id={number}").json()[0]

    def change(hard: object) -> int:
        return admin.put(f"/api/v2.0/quotas/{quota['id']}",
                         json={"hard": {"storage": hard}}).status_code

    assert quota["hard"] == {"storage": -1}
    assert [change(hard) for hard in (0, -2, "x", 1024)] == [400, 400, 400, 200]


def _wanted(project: str, access: list[dict]) -> dict:
    return {"name": "ci", "level": "project", "duration": 30, "permissions": [
        {"kind": "project", "namespace": project, "access": access}]}


def _robot(admin: Session, project: str, access: list[dict]) -> dict:
    made = admin.post("/api/v2.0/robots", json=_wanted(project, access))
    assert made.status_code == 201, made.text
    return made.json()
