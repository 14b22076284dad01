"""What other rooms may ask: tell an address something once, and send what waits."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import override

from lib.errors import ServiceError
from notices.models import Delivery, Notice
from operations import services as operations
from operations.models import Operation
from operations.schedules import ensure_schedule

SEND_MAIL = "send-mail"
SEND_EVERY_MINUTES = 5
# Given the keys that are news to the address: subject and text of the mail.
Writer = Callable[[Sequence[str]], tuple[str, str]]


def news_for(address: str, keys: Iterable[str]) -> list[str]:
    """Those of `keys` that `address` was not told yet, in their order."""
    wanted = list(dict.fromkeys(keys))
    told = set()
    for start in range(0, len(wanted), 500):
        known = Notice.objects.filter(address=address, key__in=wanted[start:start + 500])
        told.update(known.values_list("key", flat=True))
    return [key for key in wanted if key not in told]


def tell(address: str, keys: Iterable[str], *, kind: str, write: Writer) -> Delivery | None:
    """Record one mail about what `address` was not told yet; None when there is no news.

    When two processes tell the same at the same moment, one of them wins: a key is told once.
    """
    keys = list(keys)
    try:
        with transaction.atomic():
            delivery = _record(address, news_for(address, keys), kind, write)
    except IntegrityError:  # another process told some of it just now
        return tell(address, keys, kind=kind, write=write)
    if delivery:
        transaction.on_commit(send_soon)
    return delivery


def send_soon() -> Operation | None:
    """One quick operation for all that waits; None when it cannot start now: the clock will."""
    schedule = ensure_schedule(SEND_MAIL, kind=SEND_MAIL, every_minutes=SEND_EVERY_MINUTES)
    try:
        return operations.start(SEND_MAIL, schedule)
    except ServiceError:
        return None


def is_anything_due() -> bool:
    """Whether a mail is to be sent now and a server is set for it."""
    return bool(settings.EMAIL_URL) and Delivery.objects.due().exists()


def _record(address: str, news: list[str], kind: str, write: Writer) -> Delivery | None:
    if not news:
        return None
    with override(settings.MAIL_LANGUAGE):
        subject, text = write(news)
    delivery = Delivery.objects.create(
        kind=kind, address=address, subject=_one_line(subject), text=text
    )
    told = partial(Notice, address=address, delivery=delivery)
    Notice.objects.bulk_create([told(key=key) for key in news], batch_size=500)
    return delivery


def _one_line(subject: str) -> str:
    """A header must not be broken by a name in it."""
    return " ".join(subject.split())[:250]
