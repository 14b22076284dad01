"""An upload goes on where it broke, takes nothing twice and nothing from those who may not."""

import hashlib
import io
import tracemalloc
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deployments.intake import parts, services
from deployments.intake.blocks import BLOCK, ContentRange, NoRoom, take_block
from deployments.models import IncomingArchive, Release
from operations.models import Operation
from tests.deployments.intake.archives import NAME, make_archive

pytestmark = pytest.mark.django_db
BEGIN = "admin:deployments_release_upload_begin"


@pytest.fixture
def browser(ada):
    """Speaks as the script does."""
    client = Client(enforce_csrf_checks=True, headers={"X-CSRFToken": "a" * 32})
    client.cookies["csrftoken"] = "a" * 32
    client.force_login(ada)
    return client


def begin(browser, content, name=NAME, **given):
    told = {"name": name, "size": len(content), "modified": 1764000000000, "sha256": ""} | given
    return browser.post(reverse(BEGIN), told)


def put(browser, address, content, first, last, *, size=None):
    return browser.put(
        address, content[first : last + 1], content_type="application/octet-stream",
        headers={"Content-Range": f"bytes {first}-{last}/{size or len(content)}"},
    )


def send_all(browser, content, block=3000, **given):
    state = begin(browser, content, **given).json()
    while "operation" not in state:
        last = min(state["received"] + block, len(content)) - 1
        answer = put(browser, state["part"], content, state["received"], last)
        assert answer.status_code == 200, answer.content
        state = answer.json()
    return state


def test_blocks_become_a_release(browser, folder, carry_out):
    content = make_archive(padding=20_000)

    state = send_all(browser, content)
    carry_out()

    assert Operation.objects.get().get_absolute_url() == state["operation"]
    assert Operation.objects.get().state == "succeeded"
    assert (folder / NAME).read_bytes() == content
    assert Release.objects.get().archive_sha256 == hashlib.sha256(content).hexdigest()
    assert not list(parts.folder().iterdir())


def test_the_same_file_goes_on_where_it_broke(browser, carry_out):
    content = make_archive(padding=20_000)
    first = begin(browser, content).json()
    put(browser, first["part"], content, 0, 4999)

    again = begin(browser, content).json()

    assert again == first | {"received": 5000}
    assert browser.get(first["part"]).json()["received"] == 5000
    send_all(browser, content)
    carry_out()
    assert Release.objects.get().version == "v2.15.2"


def test_a_block_sent_twice_is_taken_once(browser):
    content = make_archive(padding=20_000)
    part = begin(browser, content).json()["part"]
    put(browser, part, content, 0, 4999)

    answer = put(browser, part, content, 0, 4999)

    assert answer.status_code == 409
    assert browser.get(part).json()["received"] == 5000


def test_a_gap_is_refused(browser):
    content = make_archive(padding=20_000)
    part = begin(browser, content).json()["part"]

    assert put(browser, part, content, 5000, 9999).status_code == 409


def test_what_came_of_a_broken_block_is_kept(browser, ada):
    content = make_archive(padding=20_000)
    begin(browser, content)
    incoming = IncomingArchive.objects.get()

    take_block(
        incoming, ContentRange(first=0, last=4999, size=len(content)), io.BytesIO(content[:1200])
    )

    assert parts.received(incoming) == 1200


@pytest.mark.parametrize(
    "told",
    ["", "bytes 5-4/100", "bytes 0-99/*", "bytes 0-100/100", "bytes ٠-5/9", "items 0-1/2",
     f"bytes 0-{BLOCK}/{BLOCK * 2}", "bytes 0-9/11"],
)
def test_a_block_says_where_it_belongs(browser, told):
    part = begin(browser, b"x" * 10).json()["part"]

    answer = browser.put(
        part, b"x" * 10, content_type="application/octet-stream", headers={"Content-Range": told}
    )

    assert answer.status_code == 400
    assert parts.received(IncomingArchive.objects.get()) == 0


@pytest.mark.parametrize(
    "name",
    ["../evil.tgz", "a/b.tgz", "..", ".hidden.tgz", "harbor.zip", "", "a b.tgz", "x" * 200 + ".tgz",
     "harbor.tgz\n", "hárbor.tgz", "c:\\harbor.tgz"],
)
def test_a_name_is_never_a_path(browser, name):
    answer = begin(browser, b"x", name=name)

    assert answer.status_code == 422
    assert not IncomingArchive.objects.exists()


def test_a_full_disk_is_told_before_the_first_byte(browser, settings):
    settings.RELEASES_KEEP_FREE = 1 << 60

    answer = begin(browser, b"x" * 100)

    assert answer.status_code == 507
    assert "0 B to give away" in answer.json()["message"]
    assert not IncomingArchive.objects.exists()


def test_what_others_still_bring_counts(browser, settings, monkeypatch):
    monkeypatch.setattr("deployments.intake.space.free_space", lambda: 1000)
    assert begin(browser, b"x" * 600, name="first.tgz").status_code == 200

    answer = begin(browser, b"x" * 600, name="second.tgz")

    assert answer.status_code == 507
    assert "400 B" in answer.json()["message"]


def test_a_disk_that_fills_up_keeps_what_was_there(browser, ada):
    begin(browser, b"x" * 10_000)
    incoming = IncomingArchive.objects.get()
    take_block(incoming, ContentRange(first=0, last=99, size=10_000), io.BytesIO(b"x" * 100))

    class FullDisk(io.BytesIO):
        def read(self, size=-1, /):
            raise OSError(28, "No space left on device")

    with pytest.raises(NoRoom, match="is full"):
        take_block(incoming, ContentRange(first=100, last=199, size=10_000), FullDisk())

    assert parts.received(incoming) == 100


def test_what_is_larger_than_any_installer_is_refused(browser, settings):
    settings.RELEASES_LARGEST = 1000

    assert begin(browser, b"x" * 1001).status_code == 507


def test_a_wrong_digest_is_refused_after_reading(browser, folder, carry_out):
    send_all(browser, make_archive(), sha256="ab" * 32)
    carry_out()

    operation = Operation.objects.get()
    assert operation.state == "failed"
    assert "another SHA-256 than expected" in operation.reason
    assert IncomingArchive.objects.get().state == "refused"
    assert not (folder / NAME).exists()
    assert not Release.objects.exists()


def test_the_right_digest_is_accepted(browser, carry_out):
    content = make_archive()
    send_all(browser, content, sha256=hashlib.sha256(content).hexdigest().upper())
    carry_out()

    assert Release.objects.exists()


def test_after_a_refusal_a_sound_file_of_that_name_may_come(browser, folder, carry_out):
    send_all(browser, make_archive()[:-20])
    carry_out()
    send_all(browser, make_archive(), modified=2)
    carry_out()

    assert Release.objects.get().archive == NAME
    assert [path.name for path in folder.glob("*.tgz")] == [NAME]


def test_another_file_does_not_go_on_where_this_one_broke(browser):
    content = make_archive(padding=20_000)
    part = begin(browser, content).json()["part"]
    put(browser, part, content, 0, 4999)

    assert begin(browser, content, modified=7).status_code == 422
    assert browser.delete(part).status_code == 200
    assert begin(browser, content, modified=7).json()["received"] == 0


def test_a_file_that_is_there_is_not_written_over(browser, folder):
    (folder / NAME).write_bytes(make_archive())

    assert "has a file named" in begin(browser, b"x" * 10).json()["message"]


def test_what_is_being_read_is_not_discarded(browser):
    content = make_archive()
    state = send_all(browser, content)

    answer = browser.delete(state["part"])

    assert answer.status_code == 422
    assert "being worked on" in answer.json()["message"]


def test_only_those_who_may_add_releases(db, browser):
    part = begin(browser, b"x" * 10).json()["part"]
    eve = Client()
    eve.force_login(User.objects.create_user("eve", is_staff=True))

    assert begin(eve, b"x" * 10).status_code == 403
    assert put(eve, part, b"x" * 10, 0, 9).status_code == 403
    assert eve.delete(part).status_code == 403
    assert eve.get(reverse("admin:deployments_release_upload")).status_code == 403
    assert Client().get(part).status_code == 302


def test_a_foreign_page_cannot_send(browser, ada):
    part = begin(browser, b"x" * 10).json()["part"]
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)

    assert put(client, part, b"x" * 10, 0, 9).status_code == 403
    assert begin(client, b"x" * 10, name="other.tgz").status_code == 403


def test_the_page_offers_what_arrived_in_part(browser):
    content = make_archive(padding=20_000)
    part = begin(browser, content).json()["part"]
    put(browser, part, content, 0, 4999)

    page = browser.get(reverse("admin:deployments_release_upload")).content.decode()

    assert NAME in page
    assert part in page


def test_a_block_needs_little_memory(browser, ada, settings):
    begin(browser, b"", size=BLOCK)
    incoming = IncomingArchive.objects.get()
    body = Endless()
    tracemalloc.start()

    take_block(incoming, ContentRange(first=0, last=BLOCK - 1, size=BLOCK), body)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert parts.received(incoming) == BLOCK
    assert peak < BLOCK / 2


class Endless:
    """A body that is longer than it said."""

    def read(self, size=-1, /):
        return b"\0" * size


def test_an_upload_nobody_finished_is_continued_days_later(browser, carry_out):
    content = make_archive(padding=20_000)
    part = begin(browser, content).json()["part"]
    put(browser, part, content, 0, 4999)
    IncomingArchive.objects.update(changed_at=timezone.now() - timedelta(days=6))
    carry_out(services.scan())

    assert begin(browser, content).json()["received"] == 5000
