"""What is put into the folder becomes a release, once it has come to rest; damage is told once."""

import os
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from deployments.intake import parts, services
from deployments.models import HarborInstance, IncomingArchive, Release
from operations.models import LogLine, Operation, Schedule
from tests.deployments.intake.archives import NAME, make_archive

pytestmark = pytest.mark.django_db


@pytest.fixture
def look(carry_out):
    """One turn of the schedule, and whatever it starts."""

    def look_once():
        operation = carry_out(services.scan())
        assert operation.state == "succeeded", operation.reason
        carry_out()

    return look_once


def readings():
    return Operation.objects.filter(kind="register-release")


def test_an_archive_put_there_becomes_a_release(folder, look):
    (folder / NAME).write_bytes(make_archive())

    look()
    look()

    release = Release.objects.get()
    assert (release.version, release.archive) == ("v2.15.2", NAME)
    assert release.archive_size == (folder / NAME).stat().st_size
    assert [image["name"] for image in release.images] == ["prepare", "harbor-core"]
    assert IncomingArchive.objects.get().release == release
    assert "can be deployed" in LogLine.objects.filter(step="register-release").last().text


def test_a_growing_file_is_left_alone(folder, look):
    whole = make_archive(padding=5000)
    for share in (1000, 2000, 3000):
        (folder / NAME).write_bytes(whole[:share])
        look()
    assert not readings().exists()
    (folder / NAME).write_bytes(whole)

    look()
    assert not readings().exists()
    look()

    assert Release.objects.get().version == "v2.15.2"


def test_a_damaged_file_is_told_once(folder, look):
    (folder / NAME).write_bytes(make_archive(padding=5000)[:-800])

    for _ in range(5):
        look()

    operation = readings().get()
    assert operation.state == "failed"
    assert "cannot be read" in operation.reason
    assert "Copy the archive again" in operation.advice
    assert IncomingArchive.objects.get().reason == operation.reason
    assert not Release.objects.exists()


def test_the_repaired_file_is_read_again(folder, look):
    (folder / NAME).write_bytes(make_archive()[:-50])
    look()
    look()
    (folder / NAME).write_bytes(make_archive())

    look()
    look()

    assert [operation.state for operation in readings().order_by("pk")] == ["failed", "succeeded"]
    assert IncomingArchive.objects.get().reason == ""


def test_what_is_registered_is_not_read_again(folder, look):
    (folder / NAME).write_bytes(make_archive())
    for _ in range(4):
        look()

    assert readings().count() == 1


def test_a_release_deleted_in_the_admin_stays_away(folder, look):
    (folder / NAME).write_bytes(make_archive())
    look()
    look()
    Release.objects.all().delete()

    look()

    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("notes.tgz", b"just text", "cannot be read"),
        ("empty.tgz", b"", "cannot be read"),
        ("other.tgz", make_archive(inner="something"), "holds no harbor/harbor"),
        ("arm.tgz", make_archive(architecture="arm64"), "is for arm64; the machines are amd64"),
    ],
)
def test_other_files_are_refused_with_the_reason(folder, look, name, content, reason):
    (folder / name).write_bytes(content)
    look()
    look()

    assert reason in readings().get().reason
    assert (folder / name).exists()


def test_names_that_are_none_are_left_alone(folder, look):
    (folder / "Harbor (1).tgz").write_bytes(make_archive())
    look()
    look()

    assert not IncomingArchive.objects.exists()
    assert "its name is not one" in LogLine.objects.filter(level="warning").first().text


def test_the_same_archive_under_another_name_is_the_same_release(folder, look):
    (folder / NAME).write_bytes(make_archive())
    look()
    look()
    (folder / "copy.tgz").write_bytes(make_archive())

    look()
    look()

    assert Release.objects.get().archive == NAME
    assert IncomingArchive.objects.get(name="copy.tgz").release == Release.objects.get()


def test_a_release_does_not_change_under_its_registries(folder, look):
    (folder / NAME).write_bytes(make_archive())
    look()
    look()
    before = Release.objects.get()
    HarborInstance.objects.create(name="acme", fqdn="r.example.com", release=before)
    (folder / "other.tgz").write_bytes(make_archive(padding=9))

    look()
    look()

    assert Release.objects.get().archive_sha256 == before.archive_sha256
    assert "another archive of Harbor v2.15.2" in readings().latest("pk").reason


def test_a_file_that_changes_while_it_is_read_waits_for_the_next_look(
    folder, look, carry_out, monkeypatch
):
    path = folder / NAME
    path.write_bytes(make_archive())
    from deployments.intake.steps import check_archive
    from harbor.archive import read_installer

    def read_and_touch(path, on_progress):
        found = read_installer(path, on_progress)
        os.utime(path, ns=(1, 1))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(check_archive, "read_installer", read_and_touch)
        look()
        look()
    assert "changed while it was read" in readings().get().reason

    look()
    look()
    look()

    assert Release.objects.get().archive == NAME


def test_what_nobody_finished_goes_after_a_week(folder, look, ada):
    announced = services.Announced(name=NAME, size=100, modified=1)
    kept, old = (
        services.begin_upload(announced, by=ada),
        services.begin_upload(
            services.Announced(name="old.tgz", size=100, modified=1), by=ada
        ),
    )
    for incoming in (kept, old):
        with parts.writing(incoming) as file:
            file.write(b"x" * 10)
    eight_days_ago = time.time() - 8 * 24 * 3600
    for path in (parts.path_of(old), parts.path_of(old).parent):
        os.utime(path, (eight_days_ago, eight_days_ago))
    left_over = parts.folder() / "nobody-knows.part"
    left_over.mkdir()
    os.utime(left_over, (eight_days_ago, eight_days_ago))

    look()

    assert [row.name for row in IncomingArchive.objects.all()] == [NAME]
    assert parts.received(kept) == 10
    assert [path.name for path in parts.folder().iterdir()] == [f"{kept.uuid}.part"]


def test_looks_that_found_nothing_do_not_pile_up(folder, look):
    for _ in range(3):
        look()
    Operation.objects.update(finished_at=timezone.now() - timedelta(hours=1))

    look()

    assert Operation.objects.filter(kind="scan-releases").count() == 1


def test_the_schedule_keeps_the_rhythm_of_the_operator():
    services.ensure_scan_schedule()
    Schedule.objects.update(every_minutes=30, enabled=False)

    services.ensure_scan_schedule()

    schedule = Schedule.objects.get()
    assert (schedule.kind, schedule.every_minutes, schedule.enabled) == ("scan-releases", 30, False)


def test_a_cancelled_reading_can_be_resumed(folder, carry_out, look, ada):
    from operations import services as operations

    (folder / NAME).write_bytes(make_archive())
    look()
    carry_out(services.scan())
    operation = operations.cancel(readings().get(), by=None)
    assert operation.state == "cancelled"

    look()
    carry_out(operations.resume(operation, by=None))

    assert Release.objects.get().archive == NAME
