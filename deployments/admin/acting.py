"""The page that says what an action will do, and the POST that does it."""

from collections.abc import Callable, Iterable

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from deployments import services
from deployments.admin.rotating import rotate_page
from deployments.models import HarborInstance
from deployments.presenting import verbs_for
from deployments.rebuilding import problems_with_rebuild, rebuild_host, what_happens
from deployments.summary import summary_of
from lib.errors import ServiceError
from operations.errors import Refused
from operations.models import Operation
from operations.presenting import title_of


def act(admin: ModelAdmin, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """GET explains, POST starts and leads to the live page. Refusals come back as a message."""
    instance = admin.get_object(request, str(pk))
    if instance is None or not admin.has_view_permission(request, instance):
        raise Http404
    titles = dict(verbs_for(instance, request.user))
    if verb not in titles:
        raise PermissionDenied
    if verb == "rotate":
        return rotate_page(admin, request, instance)
    if request.method != "POST":
        return _explain(admin, request, instance, verb, titles[verb])
    if verb == "test":
        return _tell_problems(request, instance)
    try:
        operation = _start(request, instance, verb)
    except Refused as refusal:
        messages.error(request, f"{refusal.message} {refusal.advice}".strip())
        return redirect(_page_of(instance))
    return redirect(operation.get_absolute_url())


def act_on_each(
    admin: ModelAdmin, request: HttpRequest, chosen: Iterable[HarborInstance],
    service: Callable[..., Operation],
) -> None:
    """Start the service for each instance and say what came of it."""
    for instance in chosen:
        try:
            operation = service(instance, by=request.user)
        except ServiceError as error:
            admin.message_user(request, f"{instance}: {error.message}", messages.ERROR)
        else:
            admin.message_user(request, title_of(operation), messages.SUCCESS)


def _start(request: HttpRequest, instance: HarborInstance, verb: str) -> Operation:
    if verb == "retire":
        return services.retire(
            instance, by=request.user, typed_name=request.POST.get("typed_name", "").strip(),
            delete_volumes="delete_volumes" in request.POST,
            delete_host="delete_host" in request.POST,
        )
    if verb == "rebuild":
        return rebuild_host(
            instance, by=request.user, typed_name=request.POST.get("typed_name", "").strip()
        )
    service = {
        "deploy": services.deploy, "self-test": services.self_test,
        "stop": services.stop, "start": services.start,
    }[verb]
    return service(instance, by=request.user)


def _tell_problems(request: HttpRequest, instance: HarborInstance) -> HttpResponse:
    problems = services.check_everything(instance)
    for problem in problems:
        messages.warning(request, problem)
    if not problems:
        messages.success(request, _("Nothing stands in the way of deploying %s.") % instance)
    return redirect(_page_of(instance))


def _explain(
    admin: ModelAdmin, request: HttpRequest, instance: HarborInstance, verb: str, title: str
) -> HttpResponse:
    host = instance.host
    context = {
        **admin.admin_site.each_context(request),
        "title": f"{title}: {instance}",
        "instance": instance,
        "verb": verb,
        "verb_title": title,
        "problems": _problems(instance, verb),
        "happens": what_happens(instance) if verb == "rebuild" else [],
        "summary": summary_of(instance) if verb == "deploy" else [],
        "lost": services.loses(instance, delete_volumes=True, delete_host=True)
        if verb == "retire" else [],
        "host_is_ours": bool(host and host.is_ours),
        "page": _page_of(instance),
        "opts": HarborInstance._meta,
    }
    return render(request, "deployments/act.html", context)


def _problems(instance: HarborInstance, verb: str) -> list[str]:
    look = {"deploy": services.check_request, "rebuild": problems_with_rebuild}.get(verb)
    return look(instance) if look else []


def _page_of(instance: HarborInstance) -> str:
    return reverse("admin:deployments_harborinstance_change", args=[instance.pk])
