"""Whose certificate's time has come, and who must wait after a failure."""

from datetime import datetime, timedelta

from django.db.models import Model, Q

from certificates.renewal import is_due
from deployments.models import HarborInstance
from hosts.models import DockerHost
from operations.models import Operation

_FIRST_PAUSE = timedelta(hours=1)
_LONGEST_PAUSE = timedelta(hours=24)
_LOOKED_AT = 20


def instances_due(now: datetime) -> list[HarborInstance]:
    """Living instances with a certificate that should have been renewed by now."""
    found = HarborInstance.objects.living().filter(certificate__renew_at__lte=now)
    found = found.select_related("certificate__authority", "host")
    return [instance for instance in found if is_due(instance.certificate, now)]


def instances_revoked() -> list[HarborInstance]:
    """Living instances that serve a revoked certificate: a person must decide."""
    return list(HarborInstance.objects.living().filter(certificate__state="revoked"))


def hosts_due(now: datetime) -> list[DockerHost]:
    """Hosts in use whose engine, or our client for it, needs a new certificate."""
    found = DockerHost.objects.filter(
        Q(server_certificate__renew_at__lte=now) | Q(client_certificate__renew_at__lte=now),
        state__in=(DockerHost.State.READY, DockerHost.State.UNREACHABLE),
    ).select_related("server_certificate", "client_certificate", "authority")
    return [
        host for host in found
        if is_due(host.server_certificate, now) or is_due(host.client_certificate, now)
    ]


def waits_until(subject: Model, kind: str, now: datetime) -> datetime | None:
    """When the next try may begin; None when it may now. Each failure in a row doubles the pause.
    """
    latest = Operation.objects.about(subject).filter(kind=kind).exclude(
        state__in=Operation.UNFINISHED
    )[:_LOOKED_AT]
    failures = []
    for operation in latest:
        if operation.state == Operation.State.SUCCEEDED:
            break
        failures.append(operation)
    if not failures:
        return None
    pause = min(_FIRST_PAUSE * 2 ** (len(failures) - 1), _LONGEST_PAUSE)
    until = failures[0].finished_at + pause
    return until if until > now else None
