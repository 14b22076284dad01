"""Releases: where the images of a Harbor version come from."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from deployments.admin.conditions import when
from deployments.intake.pages import IntakePages
from deployments.models import Release
from harbor.archive import BadArchive, Installer, read_installer
from lib.sizes import human


class ReleaseForm(forms.ModelForm):
    """Reads the archive while the form is checked, so that no broken release is ever stored."""

    installer: Installer | None = None

    class Meta:
        model = Release
        fields = (
            "source", "version", "archive", "archive_sha256", "mirror_prefix",
            "mirror_username", "mirror_password", "mirror_ca_pem",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "archive" in self.fields:
            folder = Path(settings.RELEASES_DIR)
            names = sorted(path.name for path in folder.glob("*.tgz")) if folder.is_dir() else []
            self.fields["archive"].help_text = _("In %(folder)s: %(names)s") % {
                "folder": folder, "names": ", ".join(names) or "–",
            }

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("source") != Release.Source.ARCHIVE or not data.get("archive"):
            return data
        folder = Path(settings.RELEASES_DIR).resolve()
        path = (folder / data["archive"]).resolve()
        if not path.is_relative_to(folder):
            self.add_error("archive", _("Only files in the folder of releases are read."))
            return data
        try:
            self.installer = read_installer(path)
        except BadArchive as error:
            self.add_error("archive", f"{error.message} {error.advice}".strip())
            return data
        wanted = data.get("archive_sha256", "").strip().lower()
        if wanted and wanted != self.installer.sha256:
            self.add_error("archive_sha256", _("The archive has another checksum: %s") %
                           self.installer.sha256)
        data["version"] = self.installer.version
        return data


@admin.register(Release)
class ReleaseAdmin(IntakePages, ModelAdmin):
    form = ReleaseForm
    purpose = _("A version of Harbor and where its images come from: an installer archive, a "
                "mirror like registry.example.com/mirror, or Harbor's public registry.")
    list_display = ("version", "source", "architecture", "size", "image_count", "created_at")
    list_filter = ("source",)
    list_per_page = 30
    search_fields = ("version", "archive", "mirror_prefix")
    readonly_fields = ("architecture", "size", "image_count")
    conditional_fields = {
        name: when("source", f"source == '{name.partition('_')[0]}'")
        for name in (
            "archive", "archive_sha256",
            "mirror_prefix", "mirror_username", "mirror_password", "mirror_ca_pem",
        )
    }
    fieldsets = (
        (None, {"fields": ("source", "version", "architecture", "size", "image_count")}),
        (_("Offline installer archive"), {"fields": ("archive", "archive_sha256")}),
        (_("Mirror registry"), {
            "fields": ("mirror_prefix", "mirror_username", "mirror_password", "mirror_ca_pem"),
        }),
    )

    @admin.display(description=_("size"))
    def size(self, release: Release) -> str:
        return human(release.archive_size) if release.archive_size else "–"

    @admin.display(description=_("images"))
    def image_count(self, release: Release) -> str:
        return str(len(release.images)) if release.images else "–"

    def get_readonly_fields(self, request: HttpRequest, obj: Release | None = None) -> tuple:
        # What instances were made from does not change under them.
        if obj and obj.instances.exists():
            return (*self.readonly_fields, "source", "version", "archive", "archive_sha256")
        return self.readonly_fields

    def save_model(
        self, request: HttpRequest, obj: Release, form: ReleaseForm, change: bool
    ) -> None:
        found = form.installer
        if found:
            obj.architecture, obj.archive_size = found.architecture, found.size
            obj.archive_sha256 = found.sha256
            obj.images = [vars(image) for image in found.images]
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Release | None = None) -> bool:
        return bool(obj) and not obj.instances.exists() and super().has_delete_permission(request)
