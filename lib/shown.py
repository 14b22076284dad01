"""Small parts of pages that Python writes: a state as a chip, a moment as a time."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime


def chip(state: str, words: str, *, at_rest: bool = False) -> SafeString:
    """A word with its sign and colour; `at_rest`: running is the good end, not under way."""
    kind = "chip at-rest" if at_rest else "chip"
    return format_html('<span class="{}" data-state="{}">{}</span>', kind, state, words)


def moment(at: datetime | None) -> SafeString | str:
    """The exact time; page.js makes it relative and keeps the exact one on hover."""
    if at is None:
        return "–"
    return format_html(
        '<time datetime="{}" data-relative>{}</time>', at.isoformat(),
        date_format(localtime(at), "DATETIME_FORMAT"),
    )
