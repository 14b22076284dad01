"""Finds certificates by any part of a name, an address, a serial number or an issuer."""

from django.db.models import Q, QuerySet
from django.utils.text import smart_split, unescape_string_literal

from certificates.models import CertificateWords

# So many are named one by one; of more, a page is met soon enough in any order.
_FEW = 3000


def matching(certificates: QuerySet, words: str) -> QuerySet:
    """Those that have every one of `words` somewhere; "some words" in quotes belong together.

    Few hits, which is what a search is for, are looked up once: counting and listing them then
    cost nothing more.
    """
    return narrowed(certificates, words, few_hits(words))


def few_hits(words: str) -> list[int] | None:
    """The keys of those, when they are few; None when they are many."""
    few = list(hits_of(words).values_list("pk", flat=True)[: _FEW + 1])
    return few if len(few) <= _FEW else None


def narrowed(certificates: QuerySet, words: str, few: list[int] | None) -> QuerySet:
    """`matching` for who has asked for the `few_hits` already."""
    if few is not None:
        return certificates.filter(pk__in=few)
    return certificates.filter(*(Q(words__text__contains=word) for word in _split(words)))


def hits_of(words: str) -> QuerySet[CertificateWords]:
    """The same of all certificates, to be counted without touching their wide rows."""
    return CertificateWords.objects.filter(*(Q(text__contains=word) for word in _split(words)))


def _split(words: str) -> list[str]:
    """As the admin's own search does."""
    parts = []
    for part in smart_split(words.lower()):
        is_quoted = len(part) > 1 and part[0] in "\"'" and part[0] == part[-1]
        parts.append(unescape_string_literal(part) if is_quoted else part)
    return parts
