"""How steps talk to Prism: one client per run, changes that are done once, tasks awaited."""

import time
from collections.abc import Callable
from typing import TypeVar

from hosts.models.requests import RemembersRequests
from nutanix.models import Cluster
from nutanix.prism import PrismClient
from nutanix.prism.errors import AnswerLost, Invalid, NotFound, TaskFailed
from nutanix.prism.types import TaskState
from operations.errors import StepFailed
from operations.run import Run

Found = TypeVar("Found")

TASK_SECONDS = 900.0
LONG_TASK_SECONDS = 4 * 3600.0
# A task may be unknown for a moment after it was accepted (nutanix.md 2.0.1).
_UNKNOWN_SECONDS = 30.0
_STALE_ATTEMPTS = 5
# How long a new thing may take to show up in lists, before and after the call is repeated.
LOOK_SECONDS = 10.0
_NO_ROOM = ("VMM-30128", "INSUFFICIENT_RESOURCES_ERROR", "RESOURCE_SHORTAGE")


def prism_of(run: Run, cluster: Cluster) -> PrismClient:
    """The cluster's Prism, open until the run ends; its pauses end when the run must stop."""
    return run.resource(f"prism-{cluster.prism_id}", lambda: _open(run, cluster))


def _open(run: Run, cluster: Cluster) -> PrismClient:
    for secret in (cluster.prism.password, cluster.prism.api_key):
        run.keep_secret(secret)
    client = cluster.client()
    client.session.pause = lambda seconds: _pause(run, seconds)
    return client


def _pause(run: Run, seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        run.checkpoint()
        time.sleep(min(left, 1.0))


def carry_out(
    run: Run, prism: PrismClient, row: RemembersRequests, action: str,
    call: Callable[[str], str], *, what: str, follow: bool = False,
) -> TaskState:
    """Ask Prism for a change and wait until it is done. `call` gets the stored request id.

    Interrupted and repeated, it waits for the same task, or asks with the same id. Raises
    TaskFailed with Prism's reason; the id is then used up and the next attempt is a new one.
    """
    for _ in range(_STALE_ATTEMPTS):
        ref = row.task_of(action)
        if not ref:
            request_id = row.request_id(action)
            run.checkpoint()
            with run.outside(f"Prism: {what}"):
                ref = call(request_id)
            row.request_answered(action, ref)
        task = await_task(run, prism, ref, what=what, follow=follow)
        row.request_done(action)
        if task is None:
            raise TaskFailed(
                f"Prism no longer knows the task that should {what}.",
                advice="Resume: it is looked first what has been done.", detail=ref,
            )
        if not task.is_stale:
            break
    if task.succeeded:
        return task
    raise _failure(task, what)


def make_once(
    run: Run, prism: PrismClient, row: RemembersRequests, action: str,
    call: Callable[[str], str], *, what: str, look: Callable[[], Found | None],
    follow: bool = False,
) -> Found:
    """Make something that must exist once only, and return it as `look` finds it by our mark.

    After a lost answer: look; ask again with the same request id; look again.
    """
    for is_last in (False, True):
        try:
            carry_out(run, prism, row, action, call, what=what, follow=follow)
        except (AnswerLost, Invalid) as error:
            # Invalid is also how a Prism may refuse a request id that it has seen before.
            found = _look(run, look, what)
            if found is None and (is_last or isinstance(error, Invalid)):
                if isinstance(error, Invalid):
                    row.request_done(action)
                raise
        else:
            found = look() or _look(run, look, what)
        if found is not None:
            row.request_done(action)
            return found
    raise StepFailed(
        f"Prism says it did {what}, but does not show it.",
        advice="Look for it in Prism; then resume.",
    )


def _look(run: Run, look: Callable[[], Found | None], what: str) -> Found | None:
    try:
        return run.wait_until(
            look, what=f"Prism to show what it did ({what})", timeout=LOOK_SECONDS, interval=0.5
        )
    except StepFailed:
        return None


def await_task(
    run: Run, prism: PrismClient, ref: str, *, what: str, follow: bool = False
) -> TaskState | None:
    """The task when it is over; None when Prism does not know it. StepFailed after 15 minutes.

    With `follow` its percentage is the step's progress, and it may take four hours.
    """
    began = time.monotonic()

    def ended() -> tuple[TaskState | None] | None:
        try:
            task = prism.task(ref)
        except NotFound:
            return (None,) if time.monotonic() - began > _UNKNOWN_SECONDS else None
        if follow:
            run.progress(task.progress, 100, "percent")
        return (task,) if task.succeeded or task.failed else None

    return run.wait_until(
        ended, what=f"Prism to {what}", timeout=LONG_TASK_SECONDS if follow else TASK_SECONDS,
        interval=0.5,
        advice="Look at the tasks in Prism. Resume waits for this one and asks for no second.",
    )[0]


def _failure(task: TaskState, what: str) -> TaskFailed:
    if task.status == "canceled":
        return TaskFailed(
            f"The task to {what} was cancelled in Prism.", advice="Resume to try again.",
            detail=task.ref,
        )
    no_room = task.code in _NO_ROOM or task.group in _NO_ROOM
    return TaskFailed(
        f"Prism could not {what}: {task.message}",
        advice="Choose a smaller size or another cluster, or free resources; then resume."
        if no_room else "Correct the cause in Prism; then resume.",
        detail=f"{task.code} {task.group} task {task.ref}".strip(),
    )
