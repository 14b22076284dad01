"""From the catalogue to a draft: one question first where one is needed, then the form."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from certificates.problems import Refused as Problems
from lib.errors import ServiceError
from portal import permissions, services
from portal.catalogue import CATALOGUE
from portal.forms import FORMS, KindForm
from portal.forms.base import About
from portal.models import Request, Team
from portal.views.found import own_team_or_404, request_or_404


@require_safe
@login_required
def catalogue(request: HttpRequest, team: UUID) -> HttpResponse:
    """What can be asked for, in the words of who asks."""
    shown = own_team_or_404(request, team)
    return render(request, "portal/catalogue.html", {"team": shown, "entries": CATALOGUE})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask(request: HttpRequest, team: UUID, kind: str) -> HttpResponse:
    """The form of a kind; a valid one becomes a draft, whose page says what will happen."""
    shown = own_team_or_404(request, team)
    if kind not in FORMS:
        raise Http404
    about = About(team=shown).chosen(request.GET.get("on", ""))
    if FORMS[kind].needs and not getattr(about, FORMS[kind].needs):
        return _choose(request, shown, kind)
    form = FORMS[kind](request.POST or None, about=about, initial=_proposed(request))
    if _is_ready(request, form):
        draft = services.draft(
            form.wanted(), team=shown, by=request.user, instance=form.registry,
            note=form.cleaned_data["note"],
        )
        return redirect("portal:request", uuid=draft.uuid)
    return _show(request, form, kind)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same form for a draft, or for what nobody has decided yet."""
    asked = request_or_404(request, uuid)
    if not permissions.may_change(request.user, asked):
        raise Http404
    wanted = services.wanted_of(asked)
    form = FORMS[asked.kind](
        request.POST or None, about=_about(asked), wanted=wanted, initial={"note": asked.note}
    )
    if _is_ready(request, form):
        try:
            services.change(
                asked, form.wanted(), by=request.user, instance=form.registry,
                note=form.cleaned_data["note"],
            )
        except Problems as refusal:
            form.show(refusal.problems)
            return _show(request, form, asked.kind, asked)
        except ServiceError as refusal:
            messages.error(request, refusal.message)
        return redirect("portal:request", uuid=asked.uuid)
    return _show(request, form, asked.kind, asked)


def _is_ready(request: HttpRequest, form: KindForm) -> bool:
    """Whether it can become a request now; every reason against it is on the form."""
    if request.method != "POST" or "more-people" in request.POST or not form.is_valid():
        return False
    place = services.Place(team=form.about.team, instance=form.registry)
    wanted = form.wanted()
    form.show([*services.problems_with(wanted, place), *services.clashes(wanted, place)])
    return not form.errors


def _about(asked: Request) -> About:
    about = About(team=asked.team, registry=asked.instance)
    name = asked.data.get("project")
    project = services.projects_of(asked.team).filter(instance=asked.instance, name=name).first()
    return About(team=asked.team, registry=asked.instance, project=project) if project else about


def _proposed(request: HttpRequest) -> dict[str, object]:
    """What a link to the form fills in."""
    replaces = request.GET.get("replaces", "")
    return {"replaces": replaces} if replaces else {}


def _choose(request: HttpRequest, team: Team, kind: str) -> HttpResponse:
    projects = list(services.projects_of(team)[:200])
    if FORMS[kind].needs == "registry":
        choices = list({one.instance_id: one.instance for one in projects}.values())
    else:
        choices = projects
    if len(choices) == 1:
        return redirect(f"{request.path}?on={choices[0].uuid}")
    return render(request, "portal/choose.html", {
        "team": team, "entry": _entry(kind), "choices": choices, "needs": FORMS[kind].needs,
    })


def _show(
    request: HttpRequest, form: KindForm, kind: str, asked: Request | None = None
) -> HttpResponse:
    return render(request, "portal/ask.html", {
        "form": form, "team": form.about.team, "entry": _entry(kind), "asked": asked,
    })


def _entry(kind: str) -> object:
    return next(entry for entry in CATALOGUE if entry.kind == kind)
