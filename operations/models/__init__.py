"""Rows of this room: operations, their parts, what they hold, and when they recur."""

from operations.models.claim import Claim, ClaimedThing
from operations.models.operation import Operation, OperationQuerySet
from operations.models.parts import CheckResult, LogLine, StepRun
from operations.models.schedule import Schedule, ScheduleSlot

__all__ = [
    "CheckResult",
    "Claim",
    "ClaimedThing",
    "LogLine",
    "Operation",
    "OperationQuerySet",
    "Schedule",
    "ScheduleSlot",
    "StepRun",
]
