"""What the clients of a registry fetch to trust it: public, and without any secret."""

import hashlib
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from certificates.client_trust import installer, trust_archive
from certificates.downloads import attachment, pem_file
from certificates.services import trust_bundle
from deployments.models import HarborInstance

SCRIPT = "trust.sh"


@require_safe
def trust_script(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The installer; machines fetch it, so it asks for no login."""
    return attachment(_script_of(_get(uuid)), SCRIPT, "text/x-shellscript")


@require_safe
def trust_files(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same as files, for configuration management."""
    instance = _get(uuid)
    content = trust_archive(instance.registry_host, trust_bundle(instance.certificate))
    return attachment(content, f"{instance.fqdn}-trust.tar.gz", "application/gzip")


@require_safe
def trust_authority(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The authority alone."""
    return pem_file(trust_bundle(_get(uuid).certificate), "ca.crt")


def trust_page(admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The line to paste on a client, the files, and what they do."""
    instance = admin.get_object(request, str(pk))
    if instance is None or not admin.has_view_permission(request, instance):
        raise Http404
    return render(request, "deployments/client_trust.html", {
        **admin.admin_site.each_context(request), "title": str(instance),
        "opts": HarborInstance._meta, **trust_facts(request, instance),
    })


def trust_facts(request: HttpRequest, instance: HarborInstance) -> dict[str, Any]:
    """What the page shows; `command` is empty while the registry has no certificate."""
    if instance.certificate is None:
        return {"instance": instance, "command": ""}
    address = console_address(request) + reverse("deployments:trust-script", args=[instance.uuid])
    checksum = hashlib.sha256(_script_of(instance).encode()).hexdigest()
    return {
        "instance": instance, "script_address": address, "checksum": checksum,
        # The checksum, shown on a page of a session, vouches for the script: a new client cannot
        # verify the console yet (-k), its authority is what the script brings.
        "command": f"curl -fsSk {address} -o {SCRIPT} && "
                   f"echo '{checksum}  {SCRIPT}' | sha256sum -c --quiet && sudo sh {SCRIPT}",
    }


def console_address(request: HttpRequest) -> str:
    """How clients reach this console, without a slash at the end."""
    if urlsplit(settings.CONSOLE_URL).hostname in (None, "localhost"):
        return request.build_absolute_uri("/").rstrip("/")
    return settings.CONSOLE_URL


def _script_of(instance: HarborInstance) -> str:
    return installer(instance.registry_host, trust_bundle(instance.certificate))


def _get(uuid: UUID) -> HarborInstance:
    instance = HarborInstance.objects.filter(uuid=uuid, certificate__isnull=False).first()
    if instance is None:
        raise Http404
    return instance
