"""The form by which a person adds an image to a cluster."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts import images
from hosts.image_files import files
from lib.errors import ServiceError
from nutanix.models import Cluster

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class AddImageForm(forms.Form):
    """Everything that is wrong is told at once; Prism is asked whether the name is free."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("As Prism shall show it."),
    )
    url = forms.CharField(
        label=_("URL"), max_length=1000, required=False,
        help_text=_("http:// or https://. The cluster fetches it, not this console: it must reach "
                    "the address and trust its certificate."),
    )
    file = forms.ChoiceField(label=_("Or a file of the console"), required=False)
    sha256 = forms.CharField(
        label=_("SHA-256"), required=False, max_length=80,
        help_text=_("Optional. Prism Central checks it; for a file of the console it is also "
                    "computed here."),
    )
    any_certificate = forms.BooleanField(
        label=_("Fetch it whatever certificate the source shows"), required=False,
        help_text=_("Only where the cluster does not trust the source, and only with a SHA-256: "
                    "then the checksum alone is the proof. Prism Element cannot."),
    )
    as_default = forms.BooleanField(
        label=_("Use it for new machines of this cluster"), required=False,
    )

    def __init__(self, *args: Any, cluster: Cluster, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cluster = cluster
        if not images.takes_checksum(cluster):
            del self.fields["any_certificate"]
        self.fields["file"].choices = [("", "–"), *((name, name) for name in files())]
        self.fields["file"].help_text = _now(
            "For sites without internet: from the folder %(folder)s of the console, fetched by the "
            "cluster over CONSOLE_URL."
        ) % {"folder": settings.IMAGES_DIR}

    def clean_url(self) -> str:
        url = self.cleaned_data["url"].strip()
        if url and not _is_address(url):
            raise forms.ValidationError(_now("Write it like http://host.example.com/path."))
        if url and (urlsplit(url).username or urlsplit(url).password):
            raise forms.ValidationError(_now("Leave user and password out: Prism shows the URL."))
        return url

    def clean_sha256(self) -> str:
        given = self.cleaned_data["sha256"].strip().lower()
        if given and not _SHA256.fullmatch(given):
            raise forms.ValidationError(_now("A SHA-256 has 64 hexadecimal digits."))
        return given

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        url, file = found.get("url", ""), found.get("file", "")
        if "url" not in self.errors and "file" not in self.errors and bool(url) == bool(file):
            self.add_error("url", _now("Give either a URL or a file of the console."))
        if found.get("any_certificate") and url and not found.get("sha256"):
            self.add_error("any_certificate", _now("Give the SHA-256 too: it is the only proof."))
        if file and not images.may_serve():
            self.add_error("file", _now(
                "Set CONSOLE_URL: the cluster needs an address of this console to fetch it from."
            ))
        self._check_cluster(url, found)
        return found

    def _check_cluster(self, url: str, found: dict[str, Any]) -> None:
        if not images.takes_checksum(self.cluster):
            if url and found.get("sha256"):
                self.add_error("sha256", _now(
                    "Prism Element checks no checksum. Leave it empty, or put the file into the "
                    "console's folder: then it is checked before it is handed out."
                ))
            if not self.cluster.default_container_ext_id:
                self.add_error(None, _now("Choose the cluster's storage container first."))
        if not found.get("name"):
            return
        try:
            if images.namesakes(self.cluster, found["name"]):
                self.add_error("name", _now("The cluster has an image of this name already."))
        except ServiceError as error:
            self.add_error(None, f"{error.message} {error.advice}".strip())


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_plain = url.isascii() and url.isprintable() and " " not in url
    return is_plain and parts.scheme in ("http", "https") and bool(parts.hostname)
