"""Start the renewal of every certificate whose time has come."""

from collections.abc import Callable

from django.db.models import Model
from django.utils import timezone

from deployments.rotation import services
from deployments.rotation.due import hosts_due, instances_due, instances_revoked, waits_until
from hosts import services as hosts
from operations.errors import Refused
from operations.models import Operation
from operations.run import Run


def renew_due(run: Run) -> None:
    """Each by an operation of its own; who failed lately waits, longer each time."""
    for instance in instances_revoked():
        run.log(
            f"{instance} serves a revoked certificate; that is not renewed by itself: rotate it.",
            level="warning",
        )
    now = timezone.now()
    started = [
        str(operation.uuid)
        for instance in instances_due(now)
        if (operation := _start(run, instance, services.ROTATE, services.rotate))
    ]
    started += [
        str(operation.uuid)
        for host in hosts_due(now)
        if (operation := _start(
            run, host, hosts.RENEW_ENGINE_CERTIFICATE, hosts.renew_engine_certificate
        ))
    ]
    run.record(started=started)
    run.log(f"{len(started)} renewals were started")


def _start(
    run: Run, subject: Model, kind: str, service: Callable[[Model], Operation]
) -> Operation | None:
    until = waits_until(subject, kind, timezone.now())
    if until:
        run.log(f"{subject}: the last renewal failed, the next try is after {until:%H:%M} UTC")
        return None
    run.checkpoint()
    try:
        operation = service(subject)
    except Refused as refusal:
        run.log(f"{subject} is due, but: {refusal.message}", level="warning")
        return None
    run.log(f"{operation.title}: started, the certificate's time has come")
    return operation
