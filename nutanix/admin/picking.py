"""Pick-lists that search in Prism while somebody types."""

from typing import Any

from django import forms
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminAutocompleteModelChoiceFieldWidget

from lib.errors import ServiceError
from nutanix.choosing import KINDS, Choice, choices, find, take
from nutanix.models import Cluster

_LABELS = {"subnet": _("Subnet"), "container": _("Storage container"), "image": _("Image")}
_HINTS = {
    "subnet": _("Where new machines get their address."),
    "container": _("Where volumes are made."),
    "image": _("A disk image with cloud-init: Debian, Ubuntu, Rocky Linux and the like."),
}


class PickField(forms.CharField):
    """One thing of Prism, as its id and name."""

    # The theme's plain list writes “True” as the value of what is chosen.
    widget = UnfoldAdminAutocompleteModelChoiceFieldWidget

    def offer(self, value: str) -> None:
        """Show the chosen one before anybody has typed."""
        choice = Choice.of(value)
        self.widget.choices = [("", ""), (value, choice.name)] if value else []


class ClusterForm(forms.ModelForm):
    """The defaults are searched in Prism, and looked up there once more when they are saved."""

    class Meta:
        model = Cluster
        fields = ("name", "description")

    subnet = PickField(label=_LABELS["subnet"], help_text=_HINTS["subnet"], required=False)
    container = PickField(
        label=_LABELS["container"], help_text=_HINTS["container"], required=False
    )
    image = PickField(label=_LABELS["image"], help_text=_HINTS["image"], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in KINDS:
            if kind in self.fields:
                self._prepare(kind)

    def _prepare(self, kind: str) -> None:
        field = self.fields[kind]
        field.initial = chosen(self.instance, kind)
        field.widget.attrs["data-ajax--url"] = reverse(
            "admin:nutanix_cluster_choices", args=[self.instance.pk, kind]
        )
        field.offer(self.data.get(kind, "") if self.is_bound else field.initial)

    def clean(self) -> dict[str, Any]:
        """Each changed choice is asked for in Prism: a page may be old, a form may be forged."""
        found = super().clean()
        changed = [kind for kind in KINDS if kind in self.changed_data]
        if not changed:
            return found
        try:
            with self.instance.client() as client:
                client.session.repeats = 1
                for kind in changed:
                    self._take(client, kind, found.get(kind) or "")
        except ServiceError as error:
            self.add_error(None, f"{error.message} {error.advice}".strip())
        return found

    def _take(self, client: Any, kind: str, value: str) -> None:
        try:
            choice = find(client, self.instance, kind, Choice.of(value)) if value else None
        except ServiceError as error:
            if type(error) is not ServiceError:
                raise
            self.add_error(kind, error.message)
        else:
            take(self.instance, kind, choice)


def chosen(cluster: Cluster, kind: str) -> str:
    """The present default, as the form sends it."""
    ext_id = getattr(cluster, f"default_{kind}_ext_id")
    name = getattr(cluster, f"default_{kind}_name") or ext_id
    return Choice(ext_id=ext_id, name=name).value if ext_id else ""


def answer_search(request: HttpRequest, cluster: Cluster, kind: str) -> JsonResponse:
    """What the pick-list shows for the typed letters; why it shows nothing, too."""
    try:
        found = choices(cluster, kind, request.GET.get("term", "").strip()[:80])
    except ServiceError as error:
        told = f"{error.message} {error.advice}".strip()
        rows = [{"id": "-", "text": told, "disabled": True}]
    else:
        rows = [{"id": each.value, "text": each.told} for each in found]
    return JsonResponse({"results": rows, "pagination": {"more": False}})
