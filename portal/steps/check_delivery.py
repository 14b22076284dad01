"""See that the registry is there and takes our word, before anything is changed."""

from django.utils.translation import gettext as _

from deployments.models import HarborInstance
from operations.errors import StepFailed
from operations.run import Run
from portal.clients import harbor

_IN_USE = (HarborInstance.State.RUNNING, HarborInstance.State.DEGRADED)


def check_delivery(run: Run) -> None:
    """Changes nothing. Raises StepFailed, or what the registry says."""
    instance = run.subject.instance
    if instance.state not in _IN_USE:
        raise StepFailed(
            _("%(registry)s is not running.") % {"registry": instance},
            advice=_("Start it, then repeat the delivery."),
        )
    with run.outside(f"Asking {instance.registry_host}"):
        user = harbor(run).current_user()
    if not user or not user.get("sysadmin_flag"):
        raise StepFailed(
            _("%(registry)s does not take the administrator's password that is kept here.")
            % {"registry": instance.registry_host},
            advice=_("Somebody changed it in Harbor: set it back to the one kept here."),
        )
    run.log(f"{instance.registry_host} answers, logged in as its administrator")
