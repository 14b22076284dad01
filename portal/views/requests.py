"""The page of a request, from the draft to its end, and what can be done with it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.downloads import pem_file
from portal import permissions, services
from portal.request_page import page_of, seen_of
from portal.views.found import act, request_or_404


@require_safe
@login_required
def request_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    asked = request_or_404(request, uuid)
    return render(request, "portal/request.html", page_of(request, asked))


@require_safe
@login_required
def news(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Nothing while it stands as the page shows it; otherwise the page is loaded again."""
    asked = request_or_404(request, uuid)
    answer = HttpResponse(status=204)
    if request.GET.get("seen") != seen_of(request.user, asked):
        answer["HX-Refresh"] = "true"
    return answer


@require_safe
@login_required
def certificate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What was signed, with its chain; the key is handed over like every secret."""
    found = request_or_404(request, uuid).certificate
    if found is None:
        raise Http404
    return pem_file(found.full_chain_pem, f"{found.common_name}.pem")


@require_POST
@login_required
def submit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    asked = request_or_404(request, uuid)
    return act(request, lambda: services.submit(asked, by=request.user), stay=asked)


@require_POST
@login_required
def copy(request: HttpRequest, uuid: UUID) -> HttpResponse:
    asked = request_or_404(request, uuid)
    return act(request, lambda: services.copy(asked, by=request.user), stay=asked)


@require_POST
@login_required
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    asked = request_or_404(request, uuid)
    return act(request, lambda: services.cancel(
        asked, by=request.user, reason=request.POST.get("reason", "").strip()[:2000]
    ), stay=asked)


@require_POST
@login_required
def retry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    asked = request_or_404(request, uuid)
    return act(request, lambda: services.retry(asked, by=request.user), stay=asked)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """GET says what is lost, POST takes it out of use before its end."""
    asked = request_or_404(request, uuid)
    if request.method == "POST":
        return act(request, lambda: services.withdraw(asked, by=request.user), stay=asked)
    if not permissions.may_withdraw(request.user, asked):
        raise Http404
    lost = services.what_is_lost(asked)
    return render(request, "portal/withdraw.html", {"asked": asked, "lost": lost})
