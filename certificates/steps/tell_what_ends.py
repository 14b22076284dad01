"""Records the mails about what ends; notices send them."""

from django.utils import timezone

from certificates import digests
from notices import services as notices
from operations.run import Run


def tell_what_ends(run: Run) -> None:
    """One mail to each person for whom there is news. Told twice, the second finds no news."""
    now = timezone.now()
    items = list(digests.items_now(now))
    told = 0
    for address, theirs in digests.by_address(items).items():
        run.checkpoint()
        delivery = notices.tell(
            address, [item.key for item in theirs], kind=digests.KIND,
            write=lambda news, theirs=theirs: digests.write(theirs, news, now),
        )
        if delivery:
            told += 1
            run.log(f"{address}: {delivery.subject}")
    run.log(f"{len(items)} ends have reached a stage; {told} mails were recorded")
