"""What the commands about an instance share: finding it, following its operation to the end."""

from django.core.management import CommandError, call_command

from deployments.models import HarborInstance
from operations.models import Operation


def living_instance(name: str) -> HarborInstance:
    """The instance of that name that is not retired. Raises CommandError."""
    found = HarborInstance.objects.living().filter(name=name).first()
    if found is None:
        names = ", ".join(HarborInstance.objects.living().values_list("name", flat=True))
        raise CommandError(f"There is no Harbor instance {name}. There are: {names or 'none'}.")
    return found


def follow(operation: Operation) -> None:
    """Print the operation's log as it grows. Raises CommandError unless it succeeds."""
    call_command("follow", str(operation.uuid))
