"""Turns whatever a step or a check raises into one sentence for the operator."""

import logging
import traceback
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from rq.timeouts import JobTimeoutException

from lib.errors import ServiceError
from operations.errors import DatabaseAway, StepFailed, Stopped

logger = logging.getLogger(__name__)


def problem_of(
    work: Callable[[], None], *, what: str, redact: Callable[[str], str]
) -> ServiceError | None:
    """Do `work`; None when it went well. Only Stopped passes, and DatabaseAway is raised.

    This is the one broad `except` of the room: a fault of ours must end as a failed step with a
    sentence, not as a dead process. Its traceback goes to the application log, without secrets.
    """
    try:
        work()
    except Stopped:
        raise
    except ServiceError as error:
        return error
    except (OperationalError, InterfaceError) as error:
        raise DatabaseAway(f"{what} stopped, the database is away: {error}") from error
    except JobTimeoutException:
        return StepFailed(
            f"{what} was stopped: the operation took longer than its queue allows.",
            advice="Look at the last lines for what it waited for, then resume.",
        )
    except Exception as error:  # noqa: BLE001  (see above)
        logger.error("%s crashed:\n%s", what, redact(traceback.format_exc()))
        return _fault(what, error)
    return None


def _fault(what: str, error: Exception) -> StepFailed:
    return StepFailed(
        f"{what} met a fault inside Slipway ({type(error).__name__}).",
        advice="The application log has the details. Resume to try again.",
    )
