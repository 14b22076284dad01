"""Looks at every endpoint and records what is served there."""

from collections import Counter

from django.db.models import QuerySet

from certificates.endpoints import probe_each
from certificates.models import Endpoint
from operations.models import LogLine
from operations.run import Run

# So many rows are held, and so many looks are queued, at a time.
_AT_ONCE = 200
State = Endpoint.State
_WELL = (State.EXPECTED,)


def look_at_endpoints(run: Run) -> None:
    """Many at once; one line for each that differs from the books, and a sum at the end."""
    everything = Endpoint.objects.order_by("pk").values_list("pk", flat=True)
    keys, done = list(everything), 0
    seen: Counter[str] = Counter()
    for start in range(0, len(keys), _AT_ONCE):
        run.checkpoint()
        for endpoint in probe_each(_with_books(keys[start:start + _AT_ONCE])):
            seen[endpoint.state] += 1
            done += 1
            run.progress(done, len(keys))
            if endpoint.state not in _WELL:
                run.log(f"{endpoint}: {endpoint.problem}", LogLine.Level.WARNING)
    sums = ", ".join(f"{number} {state}" for state, number in seen.most_common())
    run.record(seen=dict(seen))
    run.log(f"Looked at {len(keys)} endpoints: {sums or 'there are none'}")


def _with_books(keys: list[int]) -> QuerySet[Endpoint]:
    """What is compared, in one question; private keys stay where they are."""
    found = Endpoint.objects.filter(pk__in=keys).select_related("expected__authority__parent")
    return found.defer("expected__key_pem", "expected__authority__key_pem")
