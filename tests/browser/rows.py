"""Operations as they would be in the middle of a deployment, without any lab."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import F
from django.utils import timezone

from operations import doorbell
from operations.models import CheckResult, LogLine, Operation, StepRun

STEPS = (
    ("check-request", "Check the request"),
    ("provision-host", "Provision the Docker host"),
    ("reach-docker", "Reach the Docker engine"),
    ("load-images", "Load Harbor's images"),
    ("self-test", "Test the registry"),
)


def make_operation(*, lines: int = 0, running: str = "provision-host", **changes) -> Operation:
    """A deployment in its `running` step; those before it are done."""
    subject, _ = Group.objects.get_or_create(name="team-a")
    operation = Operation.objects.create(
        **{
            "kind": "deploy",
            "title": "Deploy reg-01",
            "subject_name": "reg-01",
            "content_type": ContentType.objects.get_for_model(Group),
            "object_id": str(subject.pk),
            "state": "running",
            "attempt": 1,
            "started_at": timezone.now() - timedelta(seconds=84),
            "lease_until": timezone.now() + timedelta(hours=1),
        }
        | changes
    )
    _make_steps(operation, running)
    say(operation, *(f"Loaded layer {number}" for number in range(1, lines + 1)), step="")
    return operation


def _make_steps(operation: Operation, running: str) -> None:
    now, state = timezone.now(), "done"
    for position, (slug, title) in enumerate(STEPS):
        state = "running" if slug == running else "pending" if state == "running" else state
        begun, over = state != "pending", state == "done"
        StepRun.objects.create(
            operation=operation, position=position, slug=slug, title=title, state=state,
            started_at=now - timedelta(seconds=9) if begun else None,
            finished_at=now if over else None,
        )


def say(operation: Operation, *texts: str, step: str = "provision-host", level: str = "info"):
    """Append log lines, numbered after the last one."""
    operation.refresh_from_db()
    first = operation.last_line + 1
    LogLine.objects.bulk_create(
        [
            LogLine(operation=operation, number=first + index, at=timezone.now(), step=step,
                    level=level, text=text)
            for index, text in enumerate(texts)
        ],
        batch_size=500,
    )
    touch(operation, last_line=first + len(texts) - 1)


def change_step(operation: Operation, slug: str, **changes) -> None:
    """Write to one step, as the runner would."""
    operation.steps.filter(slug=slug).update(**changes)
    touch(operation)


def add_check(operation: Operation, slug: str, state: str, **changes) -> None:
    CheckResult.objects.create(
        operation=operation, slug=slug, title=slug.capitalize(), state=state, **changes
    )
    touch(operation)


def touch(operation: Operation, **changes) -> None:
    """Write to the operation and ring, as every write of a runner does."""
    Operation.objects.filter(pk=operation.pk).update(changes=F("changes") + 1, **changes)
    doorbell.ring(operation.uuid)
