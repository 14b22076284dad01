"""What goes wrong in Harbor itself: somebody clicked, or its database and folders changed."""

from collections.abc import Iterator
from contextlib import contextmanager

from deployments.selftest import PROJECT
from hosts.models import Volume
from lib.passwords import new_password
from lib.waiting import wait_until
from tests.deployments.sabotage.place import Fault, Place


@contextmanager
def a_password_changed_in_harbor(place: Place) -> Iterator[None]:
    other = new_password()
    with place.harbor() as client:
        client.change_password(1, old=place.instance.admin_password, new=other)
    try:
        yield
    finally:
        with place.harbor(password=other) as client:
            # Wrong passwords have locked the account for a moment (`harbor.md 5.1`).
            wait_until(client.current_user, what="the lock to end", timeout=30, interval=0.2)
            client.change_password(1, old=other, new=place.instance.admin_password)


@contextmanager
def a_public_test_project(place: Place) -> Iterator[None]:
    with place.harbor() as client:
        client.ensure_project(PROJECT)
        client.call("PUT", f"/projects/{PROJECT}", json={"metadata": {"public": "true"}})
        try:
            yield
        finally:
            client.call("PUT", f"/projects/{PROJECT}", json={"metadata": {"public": "false"}})


@contextmanager
def no_project_left(place: Place) -> Iterator[None]:
    with place.harbor() as client:
        for name in (PROJECT, "library"):
            client.call("DELETE", f"/projects/{name}", allow=(404,))
        try:
            yield
        finally:
            client.ensure_project("library", public=True)


@contextmanager
def a_read_only_registry(place: Place) -> Iterator[None]:
    with place.harbor() as client:
        client.configure({"read_only": True})
        try:
            yield
        finally:
            client.configure({"read_only": False})


@contextmanager
def tags_that_vanish_once_pulled(place: Place) -> Iterator[None]:
    """A clean-up that is too eager."""
    _in_the_database(place, (
        "CREATE FUNCTION too_eager() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN DELETE FROM tag WHERE id = NEW.id; RETURN NULL; END $$; "
        "CREATE TRIGGER too_eager AFTER UPDATE OF pull_time ON tag "
        "FOR EACH ROW EXECUTE FUNCTION too_eager();"
    ))
    try:
        yield
    finally:
        _in_the_database(place, "DROP FUNCTION too_eager CASCADE;")


def _in_the_database(place: Place, sql: str) -> None:
    psql = '/usr/lib/postgresql/*/bin/psql -h /run/postgresql -U postgres -d registry -c "$1"'
    place.on_host("docker", "exec", "harbor-db", "sh", "-c", psql, "sh", sql)


@contextmanager
def job_logs_that_cannot_be_written(place: Place) -> Iterator[None]:
    volume = Volume.objects.get(claimed_by=str(place.instance.uuid), role="jobservice")
    folder = f"/var/lib/docker/volumes/{volume.name}/_data"
    owner = place.on_host("stat", "--format", "%u:%g", folder).strip()
    place.on_host("chown", "root:root", folder)
    try:
        yield
    finally:
        place.on_host("chown", owner, folder)


FAULTS = (
    Fault(no_project_left, {"default-project": "make a new one"}),
    Fault(a_public_test_project, {"token-scope": "private"}),
    Fault(tags_that_vanish_once_pulled, {"repository-listed": "retention rules"}),
    Fault(job_logs_that_cannot_be_written, {"job-service": "harbor-jobservice"}),
    Fault(a_read_only_registry, {"engine-push": "read-only", "registry-push-pull": "read-only"}),
    Fault(a_password_changed_in_harbor, dict.fromkeys((
        "ui-login", "api-login", "wrong-password", "token-scope", "engine-trust", "engine-push",
        "registry-push-pull", "job-service",
    ), "")),
)
