"""When people are told that something ends: at stages counted in days and in parts of its life."""

from datetime import datetime, timedelta

# (name, days left, part of the life left): reached when less than both is left, so that a
# certificate of 47 days does not begin its life with a warning.
STAGES = (("30", 30, 0.33), ("14", 14, 0.20), ("7", 7, 0.10), ("3", 3, 0.05), ("1", 1, 0.02))
ENDED = "ended"
# What ended longer ago is history: an inventory that was just imported is full of it.
STILL_NEWS = timedelta(days=7)
FIRST = timedelta(days=STAGES[0][1])


def stage_of(since: datetime | None, until: datetime, now: datetime) -> str:
    """The last stage that was reached; empty before the first."""
    left = until - now
    if left <= timedelta(0):
        return ENDED
    life = until - since if since else timedelta.max
    reached = ""
    for name, days, part in STAGES:
        if left <= timedelta(days=days) and left.total_seconds() <= life.total_seconds() * part:
            reached = name
    return reached
