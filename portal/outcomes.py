"""What the end of an operation means for the requests behind it."""

from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from deployments.models import HarborInstance
from operations.models import Operation
from operations.run import in_english
from operations.signals import operation_finished
from portal.delivering import settle
from portal.models import Project, Request, Robot

State = Request.State


@receiver(operation_finished, dispatch_uid="portal.outcomes")
def note_outcome(sender: object, operation: Operation, **kwargs: object) -> None:
    """Move the request that this operation delivers, also a registry's own deployment."""
    if operation.kind == "deploy":
        _follow(operation)
    for request in Request.objects.filter(operation=operation):
        settle(request)
    if operation.kind == "retire" and operation.state == Operation.State.SUCCEEDED:
        _let_go(operation.subject)


def _follow(operation: Operation) -> None:
    """A registry that ops deployed again on its own page is delivered by that."""
    Request.objects.filter(
        kind=Request.Kind.REGISTRY, instance=operation.object_id,
        state__in=(State.DELIVERING, State.FAILED),
    ).update(operation=operation)


def _let_go(instance: HarborInstance) -> None:
    """With a registry goes what teams had on it."""
    for model in (Project, Robot):
        model.objects.filter(instance=instance).update(state=model.State.GONE)
    for request in Request.objects.filter(instance=instance, state__in=Request.IN_USE):
        request.move(
            to=State.WITHDRAWN, only_from=Request.IN_USE,
            reason=in_english(_("%(registry)s was retired.")) % {"registry": instance},
        )
