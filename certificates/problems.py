"""Reasons against something: sentences that know which part of it they speak of."""

from collections.abc import Sequence

from lib.errors import ServiceError


class Problem(str):
    """A sentence for the person who must act; a form shows it beside the field `part`."""

    __slots__ = ("part",)

    def __new__(cls, sentence: str, part: str = "") -> "Problem":
        made = super().__new__(cls, sentence)
        made.part = part
        return made


class Refused(ServiceError):
    """What was given cannot be used; `problems` are all the reasons."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems), advice="Correct these and try again.")
        self.problems = list(problems)
