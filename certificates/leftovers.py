"""Certificates that an operation had signed and then failed before they were served."""

from collections.abc import Iterable

from certificates.models import Certificate
from operations.models import Operation, StepRun


def replace_leftovers(operation: Operation, *, keep: Iterable[Certificate]) -> None:
    """What earlier operations of this kind made for the subject counts as replaced, but `keep`.

    Steps record what they had signed as the fact `made`.
    """
    earlier = Operation.objects.filter(
        kind=operation.kind, content_type=operation.content_type, object_id=operation.object_id
    ).exclude(pk=operation.pk)
    made = StepRun.objects.filter(operation__in=earlier, facts__has_key="made")
    Certificate.objects.filter(
        uuid__in=list(made.values_list("facts__made", flat=True)), endpoints=None,
        state=Certificate.State.VALID,
    ).exclude(pk__in=[certificate.pk for certificate in keep]).update(
        state=Certificate.State.REPLACED
    )
