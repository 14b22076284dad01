"""The page that takes a machine which is on a cluster already as a Docker host."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts import importing
from hosts.models import DockerHost
from lib.errors import ServiceError
from lib.names import validate_dns_label
from nutanix.models import Cluster
from nutanix.prism.types import VM


class ImportForm(forms.Form):
    """Found by its exact name; where several have it, one is chosen."""

    cluster = forms.ModelChoiceField(
        Cluster.objects.all(), label=_("Cluster"), empty_label=None
    )
    machine = forms.CharField(
        label=_("Its name in Prism"), help_text=_("Exactly as Prism shows it."), max_length=80
    )
    name = forms.CharField(
        label=_("Its name here"), max_length=40, validators=[validate_dns_label],
        help_text=_("Letters, digits and hyphens."),
    )
    # What may be chosen is known only once Prism was asked.
    ext_id = forms.CharField(label=_("Which of them"), required=False, widget=forms.RadioSelect)

    machine_id = ""

    def clean(self) -> dict[str, object]:
        """Prism is asked for the name; the choice is offered when there is one."""
        found = super().clean()
        if self.errors:
            return found
        try:
            vms = importing.machines_named(found["cluster"], found["machine"])
        except ServiceError as error:
            raise forms.ValidationError(f"{error.message} {error.advice}".strip()) from error
        self._choose(vms, found["ext_id"])
        return found

    def _choose(self, vms: list[VM], wanted: str) -> None:
        ids = [vm.ext_id for vm in vms]
        if not vms:
            self.add_error("machine", _now("The cluster has no machine of this name."))
        elif len(vms) == 1 or wanted in ids:
            self.machine_id = wanted if wanted in ids else ids[0]
        else:
            self.add_error("ext_id", _now("Several machines have this name: choose one."))
        self.fields["ext_id"].widget.choices = [
            (vm.ext_id, f"{vm.address or '–'} · {vm.ext_id}") for vm in vms if len(vms) > 1
        ]


class ImportPages:
    """A view of the admin's host pages."""

    def import_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="hosts_dockerhost_import")]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """GET asks which, POST writes it into the books and leads to its script."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else None
        form = ImportForm(data)
        if form.is_valid():
            chosen = form.cleaned_data
            try:
                host = importing.import_machine(
                    chosen["cluster"], form.machine_id, name=chosen["name"]
                )
            except ServiceError as error:
                form.add_error(None, f"{error.message} {error.advice}".strip())
            else:
                self.log_addition(request, host, f"Imported from {chosen['cluster']}.")
                return redirect(reverse("admin:hosts_dockerhost_script", args=[host.pk]))
        if not form.fields["ext_id"].widget.choices:
            del form.fields["ext_id"]
        return render(request, "hosts/import.html", {
            **self.admin_site.each_context(request), "title": _now("Import a machine"),
            "opts": DockerHost._meta, "form": form,
        })
