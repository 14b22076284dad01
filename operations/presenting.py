"""How an operation is told to a page and to a socket: one picture for both."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from lib.retold import retold, retold_title, titled
from operations.models import CheckResult, LogLine, Operation, StepRun
from operations.pipeline import find_pipeline


def state_of(operation: Operation) -> dict[str, Any]:
    """Operation, steps and checks as plain JSON; times in ISO 8601, titles in the active language.

    Three indexed queries at most, no subject is loaded.
    """
    return translated(as_stored(operation))


def as_stored(operation: Operation) -> dict[str, Any]:
    """The same before its titles are translated, for readers of several languages."""
    return {
        "operation": _operation(operation),
        "steps": [_step(step) for step in operation.steps.order_by("position")],
        "checks": [_check(check) for check in operation.checks.order_by("pk")],
        "last_line": operation.last_line,
    }


def translated(state: dict[str, Any]) -> dict[str, Any]:
    """In the active language: the stored English is the catalogue's key."""
    return state | {
        "operation": _told(state["operation"], title=_title_of_shown(state["operation"])) | {
            "waiting_for": retold_title(state["operation"]["waiting_for"]),
        },
        "steps": [_told(step, title=gettext(step["title"])) for step in state["steps"]],
        "checks": [_told(check, title=gettext(check["title"])) for check in state["checks"]],
    }


def _told(shown: dict[str, Any], *, title: str) -> dict[str, Any]:
    """Reasons and advice are stored in English like titles; evidence and detail stay so."""
    said = {key: retold(shown[key]) for key in ("reason", "advice") if key in shown}
    return shown | said | {"title": title}


# What a page begins with; older ones come when somebody scrolls up or searches.
_LINES_ON_PAGE = 200


def newest_lines(operation: Operation) -> list[LogLine]:
    """The last lines of the log, oldest first."""
    return list(operation.lines.order_by("-number")[:_LINES_ON_PAGE])[::-1]


def lines_of(lines: QuerySet[LogLine]) -> list[dict[str, Any]]:
    """Rows as the browser takes them."""
    rows = lines.values_list("number", "at", "step", "level", "text")
    return [
        {"n": number, "at": at.isoformat(), "step": step, "level": level, "text": text}
        for number, at, step, level, text in rows
    ]


def title_of(operation: Operation) -> str:
    """In the active language."""
    return _title(operation.kind, operation.subject_name, operation.title)


def _title_of_shown(shown: dict[str, Any]) -> str:
    return _title(shown["kind"], shown["subject"], shown["title"])


def _title(kind: str, subject_name: str, stored: str) -> str:
    pipeline = find_pipeline(kind)
    return titled(pipeline.title, subject_name) if pipeline else retold_title(stored)


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "uuid": str(operation.uuid),
        "kind": operation.kind,
        "title": operation.title,
        "subject": operation.subject_name,
        "state": operation.state,
        "attempt": operation.attempt,
        "waiting_for": operation.waiting_for,
        "reason": operation.reason,
        "advice": operation.advice,
        "requested_by": str(operation.requested_by or ""),
        "created_at": _iso(operation.created_at),
        "started_at": _iso(operation.started_at),
        "finished_at": _iso(operation.finished_at),
        "cancel_requested": operation.cancel_requested_at is not None,
    }


def _step(step: StepRun) -> dict[str, Any]:
    return {
        "slug": step.slug,
        "title": step.title,
        "state": step.state,
        "started_at": _iso(step.started_at),
        "finished_at": _iso(step.finished_at),
        "done": step.done,
        "total": step.total,
        "unit": step.unit,
        "activity": step.activity,
        "reason": step.reason,
        "advice": step.advice,
        "detail": step.detail,
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "slug": check.slug,
        "title": check.title,
        "state": check.state,
        "duration_ms": check.duration_ms,
        "evidence": check.evidence,
        "advice": check.advice,
        "detail": check.detail,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
