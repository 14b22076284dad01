"""What a deployment will make or keep, read from the rows, for the page before the click."""

from django.utils.translation import gettext as _

from deployments.configuration import volumes_of
from deployments.models import HarborInstance, Release
from deployments.models.sizes import ROLES
from deployments.planning import volume_name
from hosts.models import Volume
from lib.sizes import human


def summary_of(instance: HarborInstance) -> list[tuple[str, str]]:
    """(label, sentence) in the order in which it is made."""
    return [
        (_("Address"), instance.url),
        (_("Machine"), _machine(instance)),
        (_("Harbor"), _release(instance.release)),
        (_("Volumes"), _volumes(instance)),
        (_("Certificate"), _("For %(name)s, signed by this console's authority or renewed by it.")
         % {"name": instance.fqdn}),
        (_("Who logs in"), instance.get_auth_mode_display()),
    ]


def _machine(instance: HarborInstance) -> str:
    host = instance.host
    if host and (host.address or not host.is_ours):
        return _("%(host)s at %(address)s, as it is") % {"host": host, "address": host.address}
    if host is None and instance.cluster is None:
        return "–"
    preset = instance.preset
    return _("New on %(cluster)s: %(cpus)s CPU, %(memory)s GiB memory, %(disk)s GiB disk") % {
        "cluster": host.cluster if host else instance.cluster, "cpus": preset.cpus,
        "memory": preset.memory_mib // 1024, "disk": preset.disk_gib,
    }


def _release(release: Release) -> str:
    told = {"version": release.version, "prefix": release.mirror_prefix,
            "archive": release.archive, "size": human(release.archive_size)}
    if release.source == Release.Source.ARCHIVE:
        return _("%(version)s from %(archive)s (%(size)s)") % told
    if release.source == Release.Source.MIRROR:
        return _("%(version)s from the mirror %(prefix)s") % told
    return _("%(version)s from Harbor's public registry") % told


def _volumes(instance: HarborInstance) -> str:
    known = {role: volume.size_gib for role, volume in volumes_of(instance).items()}
    if instance.takes_over:
        names = [volume_name(instance, role) for role in ROLES]
        kept = Volume.objects.filter(name__in=names, kept=True)
        known |= {volume.role: volume.size_gib for volume in kept}
    sizes = {role: known.get(role) or instance.gib_of(role) for role in ROLES}
    listed = ", ".join(f"{volume_name(instance, role)} {size} GiB" for role, size in sizes.items())
    told = {"backend": instance.get_storage_display(), "listed": listed}
    if instance.takes_over:
        return _("%(backend)s, taken over with their data: %(listed)s") % told
    return _("%(backend)s: %(listed)s") % told
