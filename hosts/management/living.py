"""What the commands about a host share: finding it, starting, following to the end."""

from collections.abc import Callable

from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper

from hosts.models import DockerHost
from operations.errors import Refused
from operations.models import Operation


def living_host(name: str) -> DockerHost:
    """The host of that name that is not gone. Raises CommandError."""
    living = DockerHost.objects.exclude(state=DockerHost.State.GONE)
    host = living.filter(name=name).first()
    if host is None:
        names = ", ".join(living.values_list("name", flat=True)) or "none"
        raise CommandError(f"There is no Docker host {name}. There are: {names}.")
    return host


def start_and_follow(
    start: Callable[[], Operation], stdout: OutputWrapper, *, no_follow: bool
) -> None:
    """Print the operation and its log as it grows. Raises CommandError with what was refused."""
    try:
        operation = start()
    except Refused as refusal:
        raise CommandError(f"{refusal.message} {refusal.advice}".strip()) from refusal
    stdout.write(f"{operation.title}: {operation.uuid}")
    if not no_follow:
        call_command("follow", str(operation.uuid))
