"""One lab for a whole test run: started by the first test that needs it, ended with the last.

Two labs of one name refuse each other, so every room's `lab` fixture comes from here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from lab.up import RunningLab

_users: list[RunningLab] = []


@contextmanager
def shared_lab() -> Iterator[RunningLab]:
    """The running lab of this process; it goes when its last user does."""
    lab = _users[0] if _users else RunningLab(release=True).start()
    _users.append(lab)
    try:
        yield lab
    finally:
        _users.pop()
        if not _users:
            lab.stop()
