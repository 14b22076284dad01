"""Who holds what: claims are taken together when an operation starts running, or not at all."""

from collections.abc import Sequence

from django.utils import timezone

from operations.errors import Refused
from operations.models import Claim, ClaimedThing, Operation
from operations.pipeline import Claimed


def lock(wanted: Sequence[Claimed]) -> None:
    """Nobody else changes claims of these keys before this transaction ends.

    SQLite's immediate transactions lock everything anyway; PostgreSQL locks these rows, in one
    order for all, so that two operations never wait for each other.
    """
    keys = sorted({one.key for one in wanted})
    ClaimedThing.objects.bulk_create([ClaimedThing(key=key) for key in keys], ignore_conflicts=True)
    list(ClaimedThing.objects.select_for_update().filter(key__in=keys).order_by("key"))


def find_blocker(wanted: Sequence[Claimed], *, but: Operation) -> Claim | None:
    """The oldest claim that stands in the way of `wanted`, of an operation other than `but`."""
    held = (
        Claim.objects.filter(key__in=[one.key for one in wanted], released_at__isnull=True)
        .exclude(operation=but)
        .select_related("operation")
        .order_by("taken_at", "pk")
    )
    shared = {one.key: one.shared for one in wanted}
    return next((claim for claim in held if not (claim.shared and shared[claim.key])), None)


def held(prefix: str) -> set[str]:
    """What is held right now among the keys that begin so: somebody is at work there."""
    found = Claim.objects.filter(key__startswith=prefix, released_at__isnull=True, shared=False)
    return set(found.values_list("key", flat=True))


def take(operation: Operation, wanted: Sequence[Claimed]) -> None:
    """Record the claims; call only under `lock` and after `find_blocker` found none."""
    exclusive = {one.key for one in wanted if not one.shared}
    Claim.objects.bulk_create(
        Claim(operation=operation, key=key, shared=key not in exclusive)
        for key in sorted({one.key for one in wanted})
    )


def release(operation: Operation) -> None:
    """Let go of everything; call inside the transaction that ends the operation."""
    lock_held(operation)
    Claim.objects.filter(operation=operation, released_at__isnull=True).update(
        released_at=timezone.now()
    )


def lock_held(operation: Operation) -> None:
    """`lock` for what the operation holds; always before its own row is locked."""
    held = Claim.objects.filter(operation=operation, released_at__isnull=True)
    lock([Claimed(key=key) for key in held.values_list("key", flat=True)])


def find_later_change(operation: Operation) -> Operation | None:
    """An operation that held one of the same things for itself after this one had let go.

    By the order of the claims, not by clocks: machines may differ.
    """
    own = operation.claims.order_by("-pk").values_list("pk", "key")
    if not own:
        return None
    keys = {key for _, key in own}
    later = Claim.objects.filter(key__in=keys, shared=False, pk__gt=own[0][0])
    claim = later.exclude(operation=operation).select_related("operation").first()
    return claim.operation if claim else None


def require_unchanged(operation: Operation) -> None:
    """Raises Refused when going on would work on what another operation has changed since."""
    later = find_later_change(operation)
    if later:
        raise Refused(
            f"{operation.title} cannot be resumed: “{later.title}” changed the same thing later.",
            advice="Start it anew instead.",
        )
