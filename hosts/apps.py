"""Django's handle on this room; says what of it the audit log records."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lib.auditing import record

# Written by operations, not by people; an operation tells its own story.
_UNRECORDED = {
    "DockerHost": [
        "state", "vm_ext_id", "docker_version", "storage_driver", "authority",
        "client_certificate", "server_certificate", "last_seen_at", "facts", "requests",
        "drift", "differs", "compared_at", "imported",
    ],
    "Volume": [
        "state", "volume_group_ext_id", "disk_ext_id", "filesystem_uuid", "device", "facts",
        "requests",
    ],
    "ImageFetch": ["requests"],
    "VolumeDriver": [],
}


class HostsConfig(AppConfig):
    name = "hosts"
    verbose_name = _("Docker hosts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        record(self, _UNRECORDED)
