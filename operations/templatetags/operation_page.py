"""The words and times of an operation's page, the same for the server's rows and the script's."""

from datetime import datetime
from typing import Any

from django import template
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.retold import retold, retold_title
from operations import services
from operations.models import Operation
from operations.presenting import newest_lines, state_of, title_of

register = template.Library()
register.filter(retold)
register.filter(retold_title)

STATES = {
    "queued": _("Queued"),
    "waiting": _("Waiting"),
    "running": _("Running"),
    "succeeded": _("Succeeded"),
    "failed": _("Failed"),
    "cancelled": _("Cancelled"),
    "interrupted": _("Interrupted"),
    "pending": _("Not started"),
    "done": _("Done"),
    "skipped": _("Skipped"),
    "passed": _("Passed"),
    "warning": _("Warning"),
}

# What containers and volumes are in; the rows above them have words of their own.
THINGS = {
    "healthy": _("Healthy"),
    "unhealthy": _("Not healthy"),
    "starting": _("Starting"),
    "exited": _("Ended"),
    "planned": _("Planned"),
    "formatting": _("Being formatted"),
    "ready": _("Ready"),
    "detached": _("Detached"),
    "deleted": _("Deleted"),
    "unknown": _("Unknown"),
}

WORDS = {
    "states": STATES,
    "counted": {
        "passed": _("passed"),
        "failed": _("failed"),
        "warning": _("with a warning"),
        "skipped": _("skipped"),
    },
    "units": {"images": _("images"), "lines": _("lines"), "percent": "%"},
    "of": _("%(done)s of %(total)s"),
    "steps_done": _("%(done)s of %(total)s steps done"),
    "waiting_for": _("Waiting for %(what)s"),
    "following": _("Showing the newest lines."),
    "paused": _("Paused. New lines wait below; f follows again."),
    "unread": _("Paused. New lines below: %(count)s."),
    "only_step": _("Only the lines of: %(step)s"),
    "found": _("Lines found: %(count)s"),
    "no_older": _("The older lines could not be fetched. The download has all of them."),
    "not_here": _("That line is not among those shown. The download has all of them."),
    "skipped": _("%(count)s lines were skipped: this browser was too slow for them."),
    "container": {
        "lost": _("Connection lost. This page goes on where it stopped as soon as it can."),
        "refused": _("You are signed out or no longer allowed to see this. Sign in again."),
    },
    "connection": {
        "lost": _("Connection lost. The operation goes on; this page catches up by itself."),
        "back": _("Connected again, nothing was missed."),
        "refused": _("You are signed out or no longer allowed to see this. Sign in again."),
    },
}


@register.simple_tag
def operation_words() -> dict[str, Any]:
    """All words that the page's script shows, in the reader's language."""
    return _in_plain_text(WORDS)


@register.simple_tag
def empty_row() -> dict[str, Any]:
    """What the row for a step or check that the script will fill is made from."""
    return dict.fromkeys(("started_at", "finished_at", "duration_ms"))


@register.simple_tag(takes_context=True)
def subject_url(context: template.Context, operation: Operation) -> str:
    """The admin page of what the operation is about; empty for who may not see it there."""
    model = operation.content_type.model_class()
    page = admin.site._registry.get(model)
    request = context["request"]
    if page is None or not request.user.is_staff or not page.has_view_permission(request):
        return ""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    return reverse(name, args=[operation.object_id])


@register.inclusion_tag("operations/_operation.html", takes_context=True)
def live_operation(context: template.Context, operation: Operation) -> dict[str, Any]:
    """The live page of one operation inside another page, for the person of the request."""
    request = context["request"]
    may_act = services.may_act(request.user, operation)
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "operation": operation,
        "state": state_of(operation),
        "lines": newest_lines(operation),
        "lines_url": reverse("operations:lines", args=[operation.uuid]),
        "may_cancel": may_act,
        "may_resume": may_act,
    }


@register.filter
def how_many_over(steps: list[dict[str, Any]]) -> int:
    """How many of the steps are done or were not needed."""
    return sum(step["state"] in ("done", "skipped") for step in steps)


@register.filter
def shown_title(operation: Operation) -> str:
    """In the reader's language; the row keeps it in English."""
    return title_of(operation)


@register.filter
def state_word(state: str) -> str:
    """The word of a stored state, as shown everywhere."""
    return str(STATES.get(state) or THINGS.get(state, state))


@register.filter
def shortened(digest: str) -> str:
    """sha256:0123456789ab…cdef: the middle of a digest tells nobody anything."""
    return f"{digest[:19]}…{digest[-4:]}" if len(digest) > 30 else digest


@register.filter
def time_since(started: str | None, finished: str | None) -> str:
    """How long between two ISO times, as 1:24; until now when the end is missing."""
    if not started:
        return ""
    end = datetime.fromisoformat(finished) if finished else timezone.now()
    return clock_text((end - datetime.fromisoformat(started)).total_seconds())


@register.filter
def seconds_of(milliseconds: int | None) -> str:
    """350 -> `0.35 s`."""
    if milliseconds is None:
        return ""
    return f"{milliseconds / 1000:.{2 if milliseconds < 10_000 else 1}f} s"


def clock_text(seconds: float) -> str:
    """84 -> `1:24`, 3725 -> `1:02:05`."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _in_plain_text(words: Any) -> Any:
    if isinstance(words, dict):
        return {key: _in_plain_text(value) for key, value in words.items()}
    return str(words)
