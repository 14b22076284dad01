"""Which lines of a log a reader asks for."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

from operations.models import LogLine, Operation

_MOST = 1000
_USUAL = 500
_BIGGEST_NUMBER = 2**31 - 1
# "warning" means: what is worth reading when something went wrong.
_LEVELS = {
    "": None,
    "info": None,
    "warning": (LogLine.Level.WARNING, LogLine.Level.ERROR),
    "error": (LogLine.Level.ERROR,),
}


def whole_number(text: str, *, otherwise: int) -> int:
    """A number of a query, 0 to 2^31-1; ValueError when it is none."""
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise ValueError("A line number is a whole number.")
    return min(int(text), _BIGGEST_NUMBER)


@dataclass(frozen=True, kw_only=True)
class LogSearch:
    before: int = 0
    after: int = 0
    step: str = ""
    level: str = ""
    words: str = ""
    limit: int = _USUAL

    @classmethod
    def from_query(cls, query: QueryDict) -> "LogSearch":
        """Raises ValueError with a sentence for what nobody asks by clicking."""
        level = query.get("level", "")
        if level not in _LEVELS:
            raise ValueError("level is info, warning or error.")
        return cls(
            before=whole_number(query.get("before", ""), otherwise=0),
            after=whole_number(query.get("after", ""), otherwise=0),
            step=query.get("step", "")[:60],
            level=level,
            words=query.get("q", "")[:200].replace("\0", ""),
            limit=max(1, min(whole_number(query.get("limit", ""), otherwise=_USUAL), _MOST)),
        )

    def page_of(self, operation: Operation) -> tuple[QuerySet[LogLine], bool]:
        """The page nearest to the number asked for, oldest first, and whether there is more."""
        found = self._filtered(operation)
        towards_end = self.after and not self.before
        order = "number" if towards_end else "-number"
        numbers = list(found.order_by(order).values_list("number", flat=True)[: self.limit + 1])
        kept = numbers[: self.limit]
        page = LogLine.objects.filter(operation=operation, number__in=kept).order_by("number")
        return page, len(numbers) > self.limit

    def _filtered(self, operation: Operation) -> QuerySet[LogLine]:
        found = operation.lines.filter(number__gt=self.after)
        if self.before:
            found = found.filter(number__lt=self.before)
        if self.step:
            found = found.filter(step=self.step)
        if _LEVELS[self.level]:
            found = found.filter(level__in=_LEVELS[self.level])
        if self.words:
            found = found.filter(text__icontains=self.words)
        return found
