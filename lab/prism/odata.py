"""The part of OData that Prism's lists understand: filter, order, selection."""

import operator
import re
from collections.abc import Callable

from lab.prism.refusals import Invalid

TOKENS = re.compile(
    r"\s*(?:(?P<enum>[A-Za-z_][\w.]*)?'(?P<text>(?:[^']|'')*)'"
    r"|(?P<number>-?\d+(?:\.\d+)?)(?![\w-])"
    r"|(?P<word>[A-Za-z_$][\w./]*)"
    r"|(?P<mark>[(),:]))"
)
Test = Callable[[object], bool]
COMPARE = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
FUNCTIONS = {
    "contains": lambda a, b: b in a,
    "startswith": lambda a, b: a.startswith(b),
    "endswith": lambda a, b: a.endswith(b),
}
WORDS = {"true": True, "false": False, "null": None}


def value_at(item: object, path: str) -> object:
    """The value under a path like `config/clusterFunction`; None where something is missing."""
    for part in path.split("/"):
        item = item.get(part) if isinstance(item, dict) else None
    return item


def _compared(compare: Callable[[object, object], bool], value: object, wanted: object) -> bool:
    try:
        return compare(value, wanted)
    except TypeError:  # a number against a text, or against nothing: no match
        return False


def matcher(text: str) -> Test:
    """A test for one JSON object. Raises Invalid for anything outside the known subset."""
    parser = _Parser(text)
    test = parser.either()
    if parser.rest():
        raise parser.wrong()
    return test


class _Parser:
    """Reads a filter from left to right; a lambda variable stands for the item itself."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.tokens = text, 0, []
        position = 0
        while text[position:].strip():
            found = TOKENS.match(text, position)
            if not found:
                raise self.wrong()
            self.tokens.append(found)
            position = found.end()

    def wrong(self) -> Invalid:
        return Invalid(("$filter", f"Cannot parse the filter: {self.text}"))

    def rest(self) -> bool:
        return self.at < len(self.tokens)

    def peek(self) -> str:
        return self.tokens[self.at].group().strip() if self.rest() else ""

    def take(self, *expected: str) -> re.Match:
        if not self.rest() or (expected and self.peek() not in expected):
            raise self.wrong()
        self.at += 1
        return self.tokens[self.at - 1]

    def either(self) -> Test:
        tests = [self.both()]
        while self.peek() == "or":
            self.take()
            tests.append(self.both())
        return lambda item: any(test(item) for test in tests)

    def both(self) -> Test:
        tests = [self.single()]
        while self.peek() == "and":
            self.take()
            tests.append(self.single())
        return lambda item: all(test(item) for test in tests)

    def single(self) -> Test:
        if self.peek() == "not":
            self.take()
            test = self.single()
            return lambda item: not test(item)
        if self.peek() == "(":
            self.take()
            test = self.either()
            self.take(")")
            return test
        word = self.take().group("word")
        if word is None:
            raise self.wrong()
        if self.peek() == "(":
            return self.function(word)
        return self.comparison(word)

    def function(self, word: str) -> Test:
        if word.endswith("/any"):
            return self.any_of(word.removesuffix("/any"))
        if word not in FUNCTIONS:
            raise self.wrong()
        self.take("(")
        path = self.take().group("word")
        self.take(",")
        wanted, compare = self.literal(), FUNCTIONS[word]
        self.take(")")
        if path is None or not isinstance(wanted, str):
            raise self.wrong()
        return lambda item: compare(str(value_at(item, path) or ""), wanted)

    def any_of(self, path: str) -> Test:
        self.take("(")
        variable = self.take().group("word")
        self.take(":")
        inner = self.either()
        self.take(")")
        return lambda item: any(
            inner({variable: element}) for element in value_at(item, path) or []
        )

    def comparison(self, path: str) -> Test:
        sign = self.take("in", *COMPARE).group().strip()
        if sign == "in":
            wanted = self.literals()
            return lambda item: value_at(item, path) in wanted
        literal, compare = self.literal(), COMPARE[sign]
        return lambda item: _compared(compare, value_at(item, path), literal)

    def literals(self) -> list:
        self.take("(")
        values = [self.literal()]
        while self.peek() == ",":
            self.take()
            values.append(self.literal())
        self.take(")")
        return values

    def literal(self) -> object:
        token = self.take()
        if token.group("text") is not None:
            return token.group("text").replace("''", "'")
        if token.group("number") is not None:
            number = token.group("number")
            return float(number) if "." in number else int(number)
        if token.group("word") not in WORDS:
            raise self.wrong()
        return WORDS[token.group("word")]
