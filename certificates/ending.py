"""Something with an end, and which of those somebody wants to see."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

CERTIFICATE, AUTHORITY, ENDPOINT = "certificate", "authority", "endpoint"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a certificate is expected or seen, and what stops working without it."""

    name: str
    where: str
    state: str
    breaks: str
    team: int | None


class Ending(NamedTuple):
    """One thing with an end; a tuple, because there may be 100,000 of them."""

    what: str
    row: int
    title: str
    issuer: str
    number: str
    since: datetime | None
    until: datetime
    team: int | None
    team_name: str
    signer: str
    ours: bool
    places: tuple[Place, ...] = ()

    @property
    def key(self) -> str:
        """Names this end of this thing: a later end is another."""
        return f"{self.what}:{self.row}:{self.until:%Y%m%d}"

    @property
    def teams(self) -> set[int]:
        """Who owns it, or what is served with it."""
        return {team for team in (self.team, *(place.team for place in self.places)) if team}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which of them; empty fields do not limit. `teams=None` are all."""

    teams: tuple[int, ...] | None = None
    after: datetime | None = None
    before: datetime | None = None
    what: str = ""
    owner: int | None = None
    words: str = ""
    # Whether to read when their lives began: reading times is most of the work of a long list.
    begins: bool = False


def teams_seen_by(user: AbstractBaseUser | AnonymousUser) -> tuple[int, ...] | None:
    """None: everything, by permission; else what the person's own teams have."""
    if not user.is_authenticated or not user.is_active:
        return ()
    if user.has_perm("certificates.view_certificate"):
        return None
    return tuple(user.groups.values_list("pk", flat=True))


def day_end(days: int, now: datetime) -> datetime:
    """Midnight (UTC) that ends the day which is `days` after today."""
    today = now.astimezone(UTC).date()
    return datetime.combine(today + timedelta(days=days + 1), time.min, UTC)
