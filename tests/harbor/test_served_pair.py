"""Key and certificate change together, wherever the program that changes them is killed."""

import subprocess
import sys

import pytest

from harbor.served_pair import link_pairs, pair_files, remove_other_pairs, turn_pairs
from harbor.types import Layout

LAYOUT = Layout()
KILLED = 9
# Ends the program at its nth change, as hard as a power cut would.
_DYING = """\
import os
left = {calls}
def dying(change):
    def changed(*arguments, **options):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return change(*arguments, **options)
    return changed
for name in ('symlink', 'replace', 'rename', 'mkdir', 'remove', 'chown'):
    setattr(os, name, dying(getattr(os, name)))
"""


@pytest.fixture
def host(tmp_path):
    """Both folders as prepare leaves them: plain files of the pair “old”."""
    for folder in ("certs", "served"):
        (tmp_path / folder).mkdir()
        put_plain(tmp_path / folder, "old")
    return tmp_path


def put_plain(folder, pair):
    for name in ("server.crt", "server.key"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).write_text(f"{name} of {pair}")


def put_pair(host, pair):
    """As the engine unpacks it."""
    for folder in ("certs", "served"):
        for path in pair_files(pair, chain_pem="", key_pem=""):
            target = host / folder / path
            target.parent.mkdir(exist_ok=True)
            target.write_text(f"{target.name} of {pair}")


def run(host, script, *, dies_after=None):
    program = script.program.replace("'/certs'", repr(str(host / "certs")))
    program = program.replace("'/served'", repr(str(host / "served")))
    if dies_after is not None:
        program = _DYING.format(calls=dies_after) + program
    done = subprocess.run(
        [sys.executable, "-c", program, *script.arguments], capture_output=True, text=True,
        check=False,
    )
    assert done.returncode in (0, KILLED) or dies_after is None, done.stderr
    return done


def pairs(host):
    """What a reader finds in both folders; fails on a key beside another certificate."""
    found = []
    for folder in ("certs", "served"):
        crt, key = ((host / folder / name).read_text().partition(" of ")[2]
                    for name in ("server.crt", "server.key"))
        assert crt == key, f"{folder}: certificate of {crt}, key of {key}"
        found.append(crt)
    return found


def test_turns_to_the_new_pair_and_back(host):
    put_pair(host, "pair-new")

    before = run(host, link_pairs(LAYOUT)).stdout.split()
    assert pairs(host) == ["old", "old"]
    assert run(host, turn_pairs(LAYOUT, ("pair-new", "pair-new"))).returncode == 0
    assert pairs(host) == ["pair-new", "pair-new"]

    run(host, turn_pairs(LAYOUT, tuple(before)))
    assert pairs(host) == ["old", "old"]


def test_linking_again_changes_nothing(host):
    first = run(host, link_pairs(LAYOUT)).stdout

    assert run(host, link_pairs(LAYOUT)).stdout == first


def test_plain_files_of_a_later_prepare_are_taken_up(host):
    run(host, link_pairs(LAYOUT))
    for folder in ("certs", "served"):
        put_plain(host / folder, "prepared")
    put_pair(host, "pair-new")

    run(host, link_pairs(LAYOUT))
    assert pairs(host) == ["prepared", "prepared"]
    run(host, turn_pairs(LAYOUT, ("pair-new", "pair-new")))

    assert pairs(host) == ["pair-new", "pair-new"]


def test_half_a_pair_is_never_turned_to(host):
    run(host, link_pairs(LAYOUT))
    put_pair(host, "pair-new")
    (host / "served" / "pair-new" / "server.key").unlink()

    done = run(host, turn_pairs(LAYOUT, ("pair-new", "pair-new")))

    assert "holds no pair" in done.stderr
    assert pairs(host)[1] == "old"


def test_tidying_leaves_the_pair_that_is_served(host):
    run(host, link_pairs(LAYOUT))
    put_pair(host, "pair-new")
    run(host, turn_pairs(LAYOUT, ("pair-new", "pair-new")))

    run(host, remove_other_pairs(LAYOUT))

    assert pairs(host) == ["pair-new", "pair-new"]
    left = sorted(path.name for path in (host / "served").iterdir())
    assert left == ["current", "pair-new", "server.crt", "server.key"]


def test_killed_at_any_change_there_is_one_whole_pair_and_a_second_run_ends_well(host):
    put_pair(host, "pair-new")
    for script, wanted in ((link_pairs(LAYOUT), "old"),
                           (turn_pairs(LAYOUT, ("pair-new", "pair-new")), "pair-new")):
        calls = 0
        while run(host, script, dies_after=calls).returncode == KILLED:
            assert set(pairs(host)) <= {"old", "pair-new"}
            calls += 1

        assert calls > 0
        assert pairs(host) == [wanted, wanted]
