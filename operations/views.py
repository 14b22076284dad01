"""The operation's page, its log as a file, and the buttons."""

from collections.abc import AsyncIterator
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lib.errors import ServiceError
from operations import services
from operations.log_search import LogSearch
from operations.models import LogLine, Operation
from operations.presenting import lines_of, newest_lines, state_of


@require_GET
@login_required
def operation(request: HttpRequest, uuid: UUID) -> HttpResponse:
    shown = _visible(request, uuid)
    may_act = services.may_act(request.user, shown)
    context = {
        "operation": shown,
        "state": state_of(shown),
        "lines": newest_lines(shown),
        "lines_url": reverse("operations:lines", args=[uuid]),
        "may_cancel": may_act,
        "may_resume": may_act,
    }
    return render(request, "operations/operation.html", context)


@require_GET
@login_required
def lines(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Lines before or after a number, by step, level and words, as JSON."""
    try:
        search = LogSearch.from_query(request.GET)
    except ValueError as error:
        return HttpResponseBadRequest(str(error))
    found, more = search.page_of(_visible(request, uuid))
    return JsonResponse({"lines": lines_of(found), "more": more})


@require_GET
@login_required
def log(request: HttpRequest, uuid: UUID) -> StreamingHttpResponse:
    """Every line as text."""
    shown = _visible(request, uuid)
    response = StreamingHttpResponse(_as_text(shown), content_type="text/plain; charset=utf-8")
    name = f"{shown.kind}-{shown.created_at:%Y%m%d-%H%M}.log"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@login_required
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _act(request, uuid, services.cancel)


@require_POST
@login_required
def resume(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _act(request, uuid, services.resume)


def _act(request: HttpRequest, uuid: UUID, service: object) -> HttpResponse:
    shown = _visible(request, uuid)
    try:
        service(shown, by=request.user)
    except ServiceError as error:
        messages.error(request, f"{error.message} {error.advice}".strip())
    return redirect("operations:operation", uuid=uuid)


def _visible(request: HttpRequest, uuid: UUID) -> Operation:
    found = services.visible_operations(request.user).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


async def _as_text(shown: Operation) -> AsyncIterator[str]:
    rows = LogLine.objects.filter(operation=shown).order_by("number")
    async for line in rows.aiterator(chunk_size=1000):
        mark = "" if line.level == LogLine.Level.INFO else f"{line.level.upper()}: "
        yield f"{line.at:%Y-%m-%dT%H:%M:%S.%f%z} [{line.step or '-'}] {mark}{line.text}\n"
