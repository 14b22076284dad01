"""What the console hands out to whoever has a signed address: this one file, for a while."""

from datetime import timedelta

import pytest
from django.test import AsyncClient, Client
from django.utils import timezone

from hosts.image_files import address_of, files, open_file
from lib.errors import ServiceError

CONTENT = bytes(range(256)) * 8192  # 2 MiB: more than one piece


@pytest.fixture
def folder(settings, tmp_path):
    settings.IMAGES_DIR, settings.CONSOLE_URL = tmp_path / "images", ""
    settings.IMAGES_DIR.mkdir()
    (settings.IMAGES_DIR / "debian.qcow2").write_bytes(CONTENT)
    (settings.IMAGES_DIR / "other.qcow2").write_bytes(b"other")
    (tmp_path / "secret.qcow2").write_bytes(b"secret")
    return settings.IMAGES_DIR


def address(name="debian.qcow2", hours=1):
    with open_file(name) as file:
        return address_of(file, name, timezone.now() + timedelta(hours=hours))


def body(answer):
    return b"".join(answer.streaming_content)


def test_the_file_without_login(folder):
    answer = Client().get(address())

    assert (answer.status_code, body(answer)) == (200, CONTENT)
    assert answer["Content-Length"] == str(len(CONTENT))
    assert answer["Accept-Ranges"] == "bytes"


def test_only_its_size_to_head(folder):
    answer = Client().head(address())

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Length"] == str(len(CONTENT))


async def test_piece_by_piece_under_asgi(folder):
    answer = await AsyncClient().get(address())

    pieces = [piece async for piece in answer.streaming_content]
    assert len(pieces) == 2
    assert b"".join(pieces) == CONTENT


@pytest.mark.parametrize(("wanted", "start", "end"), [
    ("bytes=0-9", 0, 10), ("bytes=100-", 100, len(CONTENT)),
    ("bytes=-7", len(CONTENT) - 7, len(CONTENT)), ("bytes=5-99999999", 5, len(CONTENT)),
])
def test_a_range(folder, wanted, start, end):
    answer = Client().get(address(), headers={"range": wanted})

    assert (answer.status_code, body(answer)) == (206, CONTENT[start:end])
    assert answer["Content-Range"] == f"bytes {start}-{end - 1}/{len(CONTENT)}"


@pytest.mark.parametrize("wanted", ["bytes=9-1", "bytes=-", "lines=1-2", "bytes=0-1,4-5"])
def test_a_range_that_is_not_understood_is_the_whole(folder, wanted):
    assert body(Client().get(address(), headers={"range": wanted})) == CONTENT


@pytest.mark.parametrize("wanted", ["bytes=99999999-", "bytes=-0"])
def test_a_range_behind_the_end(folder, wanted):
    answer = Client().get(address(), headers={"range": wanted})

    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{len(CONTENT)}"


def test_nothing_after_its_time(folder):
    assert Client().get(address(hours=-1)).status_code == 404


def test_nothing_by_another_name(folder):
    assert Client().get(address().replace("debian", "other")).status_code == 404


@pytest.mark.parametrize("change", [lambda a: a.replace("/images/", "/images/x"),
                                    lambda a: a.replace(":", ":x")])
def test_nothing_by_a_forged_address(folder, change):
    assert Client().get(change(address())).status_code == 404


@pytest.mark.parametrize("path", [
    "/images/x/../secret.qcow2", "/images/x/..%2fsecret.qcow2", "/images/x/%2fetc%2fpasswd",
])
def test_nothing_outside_of_the_folder(folder, path):
    assert Client().get(path).status_code == 404


def test_nothing_of_a_file_that_changed(folder):
    given = address()
    (folder / "debian.qcow2").write_bytes(b"something else")

    assert Client().get(given).status_code == 404


def test_no_post(folder):
    assert Client().post(address()).status_code == 405


@pytest.mark.parametrize("name", [
    "../secret.qcow2", "/etc/passwd", ".hidden.img", "a/b.img", "no.txt", "gone.img", "a\0.img",
])
def test_no_such_file_is_opened(folder, name):
    with pytest.raises(ServiceError):
        open_file(name)


def test_links_and_folders_are_no_files(folder):
    (folder / "link.img").symlink_to(folder.parent / "secret.qcow2")
    (folder / "folder.img").mkdir()

    assert files() == ["debian.qcow2", "other.qcow2"]
    with pytest.raises(ServiceError):
        open_file("link.img")
