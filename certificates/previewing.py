"""The mails about what ends, as they would be written now; records and sends nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import override

from certificates import digests
from notices.services import news_for

_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail, not sent."""

    address: str
    subject: str
    text: str


def mails_now(now: datetime) -> tuple[Sequence[Mail], int]:
    """The first of them, and how many addresses there is news for."""
    items = list(digests.items_now(now))
    found, addresses = [], 0
    for address, theirs in digests.by_address(items).items():
        news = news_for(address, [item.key for item in theirs])
        if not news:
            continue
        addresses += 1
        if len(found) < _SHOWN:
            with override(settings.MAIL_LANGUAGE):
                subject, text = digests.write(theirs, news, now)
            found.append(Mail(address=address, subject=subject, text=text))
    return found, addresses
