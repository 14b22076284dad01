"""What a delivery is to deliver, as long as it is still wanted."""

from django.utils.translation import gettext as _

from operations.errors import StepFailed
from operations.run import Run
from portal.asking import wanted_of
from portal.kinds import Wanted
from portal.models import Request

_WANTED = (Request.State.APPROVED, Request.State.DELIVERING, Request.State.FAILED)


def wish_of(run: Run) -> Wanted:
    """Typed. Raises StepFailed when the request was given up: somebody resumed it all the same."""
    if run.subject.state not in _WANTED:
        raise StepFailed(
            _("%(request)s is not to be delivered any more: %(state)s.")
            % {"request": run.subject, "state": run.subject.get_state_display()},
            advice=_("Ask for it anew."),
        )
    return wanted_of(run.subject)
