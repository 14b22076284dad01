"""How a step or a check says that it did not go as hoped."""

from lib.errors import ServiceError


class StepFailed(ServiceError):
    """The step cannot go on; the sentence goes to the operator."""


class CheckFailed(ServiceError):
    """A check found something wrong."""


class Warned(ServiceError):
    """A check passed with something to know about."""


class Skipped(ServiceError):
    """A check does not apply here, or could not be tried."""


class Refused(ServiceError):
    """An operation may not be started, resumed or cancelled now, or not by this person."""


class Stopped(Exception):
    """This process must not go on: cancelled, or another one has taken over. Let it pass."""


class Cancelled(Stopped):
    """A person asked for it."""


class TakenOver(Stopped):
    """The lease was lost or another attempt runs: nothing may be written any more."""


class HandedOver(Stopped):
    """This worker is to end; another one goes on at the same step."""


class DatabaseAway(Stopped):
    """Nothing can be recorded: the lease will end, and another attempt goes on here."""
