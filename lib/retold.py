"""Sentences that were stored in English, told again in the reader's language.

What a worker finds is recorded in English, with its facts in it. A sentence that went through
gettext with placeholders is recognised by the words between them.
"""

import re
from functools import lru_cache

from django.utils.translation import get_language, gettext, override
from django.utils.translation.trans_real import translation

_PLACE = re.compile(r"%\((\w+)\)[sd]|%[sd]")
# Shorter ones say too little to be sure.
_ENOUGH = 10
# A title with what it is about, as it is stored, perhaps in quotation marks.
_TITLE = re.compile(r"(“?)(.+?): (.+)", re.DOTALL)


def retold(sentence: str) -> str:
    """In the active language; as it is when it never was one of the console's sentences."""
    language = get_language()
    if not sentence or not language or language.startswith("en"):
        return sentence
    return _retold(sentence, language)


def retold_title(stored: str) -> str:
    """`Deploy: reg-02` in the active language; as it is when it begins with no title of ours.

    For titles only: what people type may begin with a word of the console as well.
    """
    found = _TITLE.fullmatch(stored)
    if not found or gettext(found[2]) == found[2]:
        return stored
    return found[1] + titled(gettext(found[2]), found[3])


def titled(title: object, subject: object) -> str:
    """A title with what it is about, both already in the active language."""
    return gettext("%(title)s: %(subject)s") % {"title": title, "subject": subject}


@lru_cache(maxsize=2000)
def _retold(sentence: str, language: str) -> str:
    exact = gettext(sentence)
    if exact != sentence:
        return exact
    for pattern, source in _patterns(language):
        if found := pattern.fullmatch(sentence):
            with override(language):
                text = gettext(source)
            facts = found.groupdict() or found.groups()
            return text % {name: _own_word(name, fact) for name, fact in facts.items()} \
                if isinstance(facts, dict) else text % facts
    return sentence


def _own_word(name: str, fact: str) -> str:
    """Facts named `state` or `role` are words of the console, all others are names."""
    return gettext(fact) if name in ("state", "role") else fact


@lru_cache(maxsize=4)
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """One for each sentence with facts in the catalogue; the wordiest is tried first."""
    found = []
    for key, _text in translation(language)._catalog.items():
        source = key[0] if isinstance(key, tuple) else key
        words = len(re.sub(r"\W", "", _PLACE.sub("", source)))
        if _PLACE.search(source) and words >= _ENOUGH and not _is_mixed(source):
            found.append((words, source))
    return [(_pattern(source), source) for _, source in sorted(set(found), reverse=True)]


def _is_mixed(source: str) -> bool:
    names = [place.group(1) for place in _PLACE.finditer(source)]
    return None in names and any(names)


def _pattern(source: str) -> re.Pattern[str]:
    parts, end, seen = [], 0, set()
    for place in _PLACE.finditer(source):
        parts.append(re.escape(source[end:place.start()].replace("%%", "%")))
        name, end = place.group(1), place.end()
        again, first = f"(?P={name})", f"(?P<{name}>.+?)" if name else "(.+?)"
        parts.append(again if name in seen else first)
        if name:
            seen.add(name)
    parts.append(re.escape(source[end:].replace("%%", "%")))
    return re.compile("".join(parts), re.DOTALL)
