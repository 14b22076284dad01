"""Image and subnet of a new machine, searched in Prism while somebody types."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts.models.made_from import MadeFrom
from lib.errors import ServiceError
from nutanix.admin.picking import PickField, answer_search
from nutanix.choosing import Choice, find
from nutanix.models import Cluster

PICKED = ("image", "subnet")
_HINT = _("Empty: the cluster's default. Choose the cluster first, then search by name.")


class MadeFromForm(forms.ModelForm):
    """Each changed choice is looked up on the chosen cluster when the form is sent."""

    image = PickField(label=_("Image"), help_text=_HINT, required=False)
    subnet = PickField(label=_("Subnet"), help_text=_HINT, required=False)

    class Media:
        js = ("hosts/picks.js",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in filter(self.fields.__contains__, PICKED):
            field, row = self.fields[kind], self.instance
            field.initial = _value(row, kind)
            field.widget.attrs["data-ajax--url"] = reverse(
                "admin:hosts_dockerhost_pick", args=[kind]
            )
            # The cluster that was picked on; the page's script follows the one chosen beside.
            field.widget.attrs["data-field-name"] = str(row.cluster_id or "")
            field.widget.attrs["data-picks-from"] = "id_cluster"
            field.offer(self.data.get(kind, "") if self.is_bound else field.initial)

    def clean(self) -> dict[str, Any]:
        """All that is wrong with both; an unchanged choice is asked for when a machine is made."""
        found = super().clean() or self.cleaned_data
        cluster = found.get("cluster") if "cluster" in self.fields else self.instance.cluster
        for kind in filter(self.fields.__contains__, PICKED):
            value = found.get(kind) or ""
            if not value:
                self.instance.choose(kind, "", "")
            elif cluster is None:
                self.add_error(kind, _now("Only for a new machine on a cluster."))
            elif {kind, "cluster"} & set(self.changed_data):
                self._take(cluster, kind, value)
        return found

    def _take(self, cluster: Cluster, kind: str, value: str) -> None:
        try:
            with cluster.client() as client:
                client.session.repeats = 1
                choice = find(client, cluster, kind, Choice.of(value))
        except ServiceError as error:
            self.add_error(kind, f"{error.message} {error.advice}".strip())
        else:
            self.instance.choose(kind, choice.ext_id, choice.name)


class ShowsPicked:
    """For people who may only look, and for rows that are locked."""

    @admin.display(description=_("Image"))
    def image(self, row: MadeFrom) -> str:
        return row.image_name or "–"

    @admin.display(description=_("Subnet"))
    def subnet(self, row: MadeFrom) -> str:
        return row.subnet_name or "–"


class PickPages(ShowsPicked):
    """A view of the admin's host pages."""

    def pick_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.pick_view)
        return [path("pick/<slug:what>/", view, name="hosts_dockerhost_pick")]

    def pick_view(self, request: HttpRequest, what: str) -> HttpResponse:
        """Asks Prism: only whoever may make machines is answered."""
        if not request.user.has_perm("hosts.provision_dockerhost"):
            raise PermissionDenied
        if what not in PICKED:
            raise Http404
        wanted = request.GET.get("field_name", "")
        known = Cluster.objects.select_related("prism")
        cluster = known.filter(pk=wanted).first() if wanted.isdecimal() else None
        if cluster is None:
            rows = [{"id": "-", "text": _now("Choose the cluster first."), "disabled": True}]
            return JsonResponse({"results": rows, "pagination": {"more": False}})
        return answer_search(request, cluster, what)


def _value(row: MadeFrom, kind: str) -> str:
    ext_id = getattr(row, f"{kind}_ext_id")
    return Choice(ext_id=ext_id, name=getattr(row, f"{kind}_name")).value if ext_id else ""
