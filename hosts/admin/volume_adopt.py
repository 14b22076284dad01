"""The page that takes a volume group which is on a cluster already: chosen, then looked into."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts import volume_services
from hosts.adopting import Candidate, candidates
from hosts.models import DockerHost, Volume
from lib.errors import ServiceError
from lib.names import validate_dns_label
from nutanix.models import Cluster


class AdoptForm(forms.Form):
    """Which group of the cluster, what it becomes here, and who may look into it."""

    group = forms.ChoiceField(label=_("Volume group"), widget=forms.RadioSelect)
    role = forms.ChoiceField(label=_("What it holds"), choices=Volume.Role)
    name = forms.CharField(
        label=_("Its name here"), max_length=40, validators=[validate_dns_label],
        help_text=_("An instance “one” takes over what is named one-registry, one-database …"),
    )
    host = forms.ModelChoiceField(
        DockerHost.objects.none(), label=_("Docker host that looks into it"), empty_label=None
    )

    def __init__(
        self, *args: Any, cluster: Cluster, groups: list[Candidate], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [
            (each.ext_id, each.name) for each in groups if not each.why_not
        ]
        self.fields["host"].queryset = hosts_of(cluster)


class AdoptPages:
    """A view of the admin's volume pages."""

    def adopt_urls(self) -> list[URLPattern]:
        return [path("adopt/", self.admin_site.admin_view(self.adopt_view),
                     name="hosts_volume_adopt")]

    def adopt_view(self, request: HttpRequest) -> HttpResponse:
        """GET lists what the cluster has now, POST starts the look and leads to its live page."""
        if not request.user.has_perm("hosts.provision_dockerhost"):
            raise PermissionDenied
        clusters = list(Cluster.objects.select_related("prism")[:200])
        wanted = request.GET.get("cluster", "")
        chosen = [each for each in clusters if str(each.pk) == wanted or len(clusters) == 1]
        cluster = chosen[0] if chosen else None
        groups, problem = _look(cluster)
        form = _form(request, cluster, groups)
        if form and form.is_valid():
            given = form.cleaned_data
            try:
                operation = volume_services.look_into(
                    cluster, given["group"], name=given["name"], role=given["role"],
                    host=given["host"], by=request.user,
                )
                return redirect(operation.get_absolute_url())
            except ServiceError as error:
                form.add_error(None, f"{error.message} {error.advice}".strip())
        return render(request, "hosts/adopt_volume.html", {
            **self.admin_site.each_context(request), "title": _now("Take over a volume group"),
            "opts": Volume._meta, "clusters": clusters, "cluster": cluster, "form": form,
            "refused": [each for each in groups if each.why_not], "problem": problem,
        })


def hosts_of(cluster: Cluster | None) -> Any:
    """Its machines whose engine answers."""
    return DockerHost.objects.filter(cluster=cluster, state=DockerHost.State.READY).exclude(
        vm_ext_id=""
    )


def _look(cluster: Cluster | None) -> tuple[list[Candidate], str]:
    if cluster is None:
        return [], ""
    try:
        return candidates(cluster), ""
    except ServiceError as error:
        return [], f"{error.message} {error.advice}".strip()


def _form(
    request: HttpRequest, cluster: Cluster | None, groups: list[Candidate]
) -> AdoptForm | None:
    if cluster is None or all(each.why_not for each in groups):
        return None
    data = request.POST if request.method == "POST" else None
    return AdoptForm(data, cluster=cluster, groups=groups)
