"""What the end of an operation means for its Harbor instance."""

from django.dispatch import receiver
from django.utils import timezone

from deployments.models import HarborInstance
from operations.models import Operation
from operations.signals import operation_finished

State = HarborInstance.State
# kind → (state after success, state after anything else; None: as it was)
_AFTER = {
    "deploy": (State.RUNNING, State.FAILED),
    "self-test": (State.RUNNING, State.DEGRADED),
    "stop": (State.STOPPED, State.DEGRADED),
    "start": (State.RUNNING, State.DEGRADED),
    "rebuild-host": (State.RUNNING, State.FAILED),
    "retire": (State.RETIRED, State.FAILED),
}


@receiver(operation_finished, dispatch_uid="deployments.outcomes")
def note_outcome(sender: object, operation: Operation, **kwargs: object) -> None:
    """Move the instance to the state that the operation left it in."""
    instance = operation.subject
    if operation.kind not in _AFTER or not isinstance(instance, HarborInstance):
        return
    well, ill = _AFTER[operation.kind]
    succeeded = operation.state == Operation.State.SUCCEEDED
    # A cancelled self-test says nothing about the registry.
    if operation.kind == "self-test" and operation.state not in ("succeeded", "failed"):
        return
    # Refused before anything was touched, a rebuild leaves the registry as it was.
    if operation.kind == "rebuild-host" and instance.state != State.DEPLOYING:
        return
    facts: dict[str, object] = {"state": well if succeeded else ill}
    if operation.kind == "deploy" and succeeded:
        facts["deployed_at"] = timezone.now()
    instance.record(**facts)
