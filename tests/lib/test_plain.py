import io
import tarfile

import pytest

from lib.archives import File, tar_of
from lib.errors import GaveUp
from lib.passwords import new_password
from lib.sizes import GIB, MIB, human
from lib.waiting import wait_until


def test_sizes_read_like_people_write_them():
    assert [human(n) for n in (0, 1023, 2048, int(3.4 * MIB), 41 * GIB)] == [
        "0 B",
        "1023 B",
        "2.0 KiB",
        "3.4 MiB",
        "41 GiB",
    ]


def test_passwords_have_every_class_and_nothing_odd():
    password = new_password()

    assert len(password) == 24
    assert password.isalnum()
    assert password.isascii()
    assert any(c.isupper() for c in password)
    assert any(c.islower() for c in password)
    assert any(c.isdigit() for c in password)


def test_an_archive_keeps_owner_and_mode_and_makes_its_directories():
    data = tar_of({"certs/server.key": File(b"secret", mode=0o600, uid=10000, gid=10000)})

    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        folder, key = tar.getmembers()
    assert (folder.name, folder.isdir()) == ("certs", True)
    assert (key.mode, key.uid, key.gid, key.size) == (0o600, 10000, 10000, 6)


def test_a_wait_returns_the_first_answer():
    answers = iter([None, "", "10.0.0.5"])

    assert wait_until(lambda: next(answers), what="an address", timeout=5, interval=0) == "10.0.0.5"


def test_a_wait_says_for_what_it_waited_in_vain():
    with pytest.raises(GaveUp, match="an address"):
        wait_until(lambda: None, what="an address", timeout=0)


def test_a_wait_stops_when_told():
    class Stopped(Exception):
        pass

    def stop():
        raise Stopped

    with pytest.raises(Stopped):
        wait_until(lambda: pytest.fail("asked again"), what="x", timeout=5, checkpoint=stop)
