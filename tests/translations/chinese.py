"""The Chinese catalogue in locale/zh_Hans: as text for people, compiled for Django, and judged."""

import re
from collections.abc import Iterator
from io import BytesIO

from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.translations.extracting import ROOT, strings_of_source

PO = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
# Names and forms that are the same in every language.
THE_SAME = {
    "Harbor", "Nutanix", "OpenID Connect", "HTTP Accept", "Prism %(name)s",
    "%(done)s of %(total)s", "%%(done)s of %%(total)s",
    "Prism Central (v4)", "Prism Element (v2)", "Prism Element",
}
_LETTER = re.compile(r"[A-Za-z]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_PLACEHOLDER = re.compile(r"%%?\(\w+\)[sd]|%[sd]|\{[^}]*\}|</?\w+[^>]*>")
# ASCII marks beside a Chinese character; inside of addresses and lists of values they stay.
_HALF_WIDTH = re.compile(r"(?<=[\u3400-\u9fff])[,;:!?()]|[,;!?()](?=[\u3400-\u9fff])")


def stored() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def compiled(words: Catalog) -> bytes:
    made = BytesIO()
    write_mo(made, words)
    return made.getvalue()


def updated() -> Catalog:
    """What is stored, with what the source shows now and without what it shows no longer."""
    words = stored()
    words.update(strings_of_source(), no_fuzzy_matching=True, update_creation_date=False)
    words.obsolete.clear()
    return words


def save(words: Catalog) -> None:
    with PO.open("wb") as file:
        write_po(file, words, width=100, sort_output=True, include_lineno=False)
    MO.write_bytes(compiled(words))


def problems(words: Catalog) -> Iterator[str]:
    """What a reader of Chinese would stumble over, one line each."""
    for message in words:
        problem = _problem(message) if message.id else ""
        if problem:
            yield f"{_source(message)!r} in {message.locations[0][0]}: {problem}"


def translation(message: Message) -> str:
    """The text; Chinese has one form for all numbers."""
    return message.string if isinstance(message.string, str) else (message.string or ("",))[0]


def _problem(message: Message) -> str:
    source, text = _source(message), translation(message)
    if message.fuzzy:
        return "is fuzzy"
    if not text:
        return "is missing"
    if source in THE_SAME:
        return ""
    if text == source:
        return "equals the English"
    # Of a pattern just the marks between its facts are translated.
    if _LETTER.search(_PLACEHOLDER.sub("", source)) and not _CHINESE.search(text):
        return "holds no Chinese"
    if _placeholders(text) != _placeholders(source, message):
        return "has other placeholders than the English"
    if _HALF_WIDTH.search(_PLACEHOLDER.sub("", text)):
        return "has marks of half width beside Chinese"
    return ""


def _placeholders(text: str, message: Message | None = None) -> set[str]:
    if message is not None and not isinstance(message.id, str):
        text = message.id[1]
    return set(_PLACEHOLDER.findall(text))


def _source(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]
