"""Reads the fields of a request body and collects everything that is wrong with them."""

from lab.prism.refusals import Invalid

ALWAYS_ALLOWED = ("$objectType", "$reserved", "$unknownFields", "extId", "links", "tenantId")


class Fields:
    """The body of a request; `check` raises Invalid with all problems at once."""

    def __init__(self, body: object) -> None:
        self.problems: list[tuple[str, str]] = []
        self.body = body if isinstance(body, dict) else {}
        if not isinstance(body, dict):
            self.problems.append(("", "a JSON object is required"))

    def check(self) -> None:
        """Raise Invalid if anything was wrong."""
        if self.problems:
            raise Invalid(*self.problems)

    def refuse_unknown(self, *known: str) -> None:
        """Complain about fields that nobody knows (knob `strict_bodies`)."""
        for name in self.body:
            if name not in known and name not in ALWAYS_ALLOWED:
                self.problems.append((name, "is not a known attribute"))

    def text(self, path: str, *, longest: int = 1000) -> str:
        """A required text that is not empty."""
        value = self.optional(path, None)
        if not isinstance(value, str) or not value:
            self.problems.append((path, "is required"))
            return ""
        if len(value) > longest:
            self.problems.append((path, f"must not be longer than {longest} characters"))
        return value

    def number(self, path: str, *, low: int, high: int, usual: int | None = None) -> int:
        """A number in a range; required unless there is a usual one."""
        value = self.optional(path, usual)
        if isinstance(value, bool) or not isinstance(value, int):
            self.problems.append((path, "a number is required"))
            return low
        if not low <= value <= high:
            self.problems.append((path, f"must be from {low} to {high}, not {value}"))
        return value

    def optional(self, path: str, usual: object) -> object:
        """What stands at the path, or the usual value when nothing does."""
        value: object = self.body
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return usual if value is None else value

    def items(self, path: str) -> list[dict]:
        """A list of objects; empty when it is missing."""
        found = self.optional(path, [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            self.problems.append((path, "a list of objects is required"))
            return []
        return found
