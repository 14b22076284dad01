"""What every kind of request can say about itself."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self, get_args, get_origin

from django.utils.translation import gettext as _

from certificates.problems import Problem, Refused
from deployments.models import HarborInstance
from portal.models import Team


class Line(NamedTuple):
    """One line of the summary, for pages and mails."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """For whom and where something is asked for."""

    team: Team
    instance: HarborInstance | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for, typed; `as_data` is what is stored. Subclasses are the kinds."""

    kind: ClassVar[str]
    # Whether it is about a registry that exists.
    needs_instance: ClassVar[bool] = True

    @classmethod
    def of(cls, data: dict[str, Any]) -> Self:
        """From what is stored or posted. Raises Refused for what the kind does not have or read."""
        known = {each.name for each in fields(cls)}
        if strange := sorted(set(data) - known):
            raise Refused([
                Problem(_("Such a request has no “%(name)s”.") % {"name": name})
                for name in strange
            ])
        wrong = [
            Problem(_("“%(name)s” cannot be read.") % {"name": each.name}, each.name)
            for each in fields(cls) if each.name in data and not _fits(data[each.name], each.type)
        ]
        if wrong:
            raise Refused(wrong)
        try:
            return cls(**data)
        except (TypeError, ValueError) as error:
            raise Refused([
                Problem(_("The request cannot be read: %(reason)s.") % {"reason": error})
            ]) from error

    def as_data(self) -> dict[str, Any]:
        """As JSON has it: lists instead of tuples."""
        return json.loads(json.dumps(asdict(self)))

    @property
    def name(self) -> str:
        """What it is about, in a word, for lists and search."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """What approval rules compare."""
        raise NotImplementedError

    def problems(self, place: Place) -> list[Problem]:
        """Every reason why it cannot be asked for there; asks the database, nobody outside."""
        raise NotImplementedError

    def summary(self) -> list[Line]:
        """All that is asked for, as people read it."""
        raise NotImplementedError

    def expires_at(self, now: datetime) -> datetime | None:
        """When what is delivered now ends; None when it does not."""
        return None


def _fits(value: object, wanted: Any) -> bool:
    """Strict: a number is no text, and a text is no list of letters."""
    if "\\u0000" in json.dumps(value):  # no database keeps it
        return False
    if wanted in (int, str, bool):
        return type(value) is wanted
    if get_origin(wanted) is dict:
        return isinstance(value, dict) and all(
            isinstance(text, str) for pair in value.items() for text in pair
        )
    if not isinstance(value, list | tuple):
        return False
    return get_args(wanted)[0] is not str or all(isinstance(one, str) for one in value)
