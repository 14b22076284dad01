"""A volume group that nobody uses: taken off its host, put on one, looked into, taken over.

Nothing here ever formats a disk.
"""

from django.conf import settings

from hosts.engine import engine_of
from hosts.host_tool import HostTool
from hosts.measuring import measured
from hosts.models import DockerHost, Volume
from hosts.steps.kept_volumes import remember_contents
from hosts.steps.machine import find_our_machine
from hosts.steps.prism import carry_out, prism_of
from hosts.steps.volume_disks import ensure_attached
from hosts.volume_problems import problems_with_use
from lib.sizes import GIB, human
from nutanix.prism.errors import NotFound
from operations.errors import StepFailed
from operations.run import Run

_APPEAR_SECONDS = 120.0


def detach_volume(run: Run) -> None:
    """The engine forgets the volume and the machine loses its disk; the data stays."""
    _require_unused(run)
    take_off(run, run.subject)


def take_off(run: Run, volume: Volume) -> None:
    """Afterwards its host has it no more. A container that still uses it is a reason to fail."""
    host = volume.host
    prism = prism_of(run, volume.cluster)
    vm = find_our_machine(prism, host)
    if vm and vm.is_on:
        remember_contents(run, host, [volume])
        run.checkpoint()
        engine_of(run, host).remove_volume(volume.name)
        run.log(f"The engine of {host} has unmounted and forgotten {volume}")
    else:
        run.log(f"{host} is {'off' if vm else 'gone from Prism'}: nothing is mounted there")
    try:
        attached = prism.get_volume_group(volume.volume_group_ext_id).attached_to
    except NotFound:
        attached = ()
        run.log(f"The volume group {volume} is gone from Prism", level="warning")
    if host.vm_ext_id in attached:
        carry_out(
            run, prism, volume, f"detach-{host.vm_ext_id}",
            lambda id_: prism.detach(volume.volume_group_ext_id, host.vm_ext_id, request_id=id_),
            what=f"detach the volume group {volume} from {host}",
        )
    volume.record(state=Volume.State.DETACHED, host=None, used_percent=0)
    run.log(f"Detached {volume} from {host}; its data stays in Prism")


def attach_volume(run: Run) -> None:
    """Its host's engine mounts the file system that we know of it; any other is refused."""
    _require_unused(run)
    volume = run.subject
    tool = _attach(run, volume)
    found = _look(run, volume, tool)
    if found.get("UUID", "").lower() != str(volume.filesystem_uuid):
        raise StepFailed(
            f"The disk of {volume} does not hold the file system that Slipway knows, but "
            f"{_said(found)}.",
            advice="Nothing was written to it, and it is not mounted. Detach it again, and look in "
                   "Prism whether the volume group was restored or changed.",
        )
    run.checkpoint()
    engine_of(run, volume.host).ensure_volume(
        volume.name, volume.driver, volume.driver_options()
    )
    space = tool.space_of(volume.name)
    if not tool.top_of(volume.name).is_apart:
        raise StepFailed(
            f"{volume} is not a disk of its own: data would land on the host's system disk.",
            advice="Look at `docker volume inspect` on the host; then resume.",
        )
    volume.record(state=Volume.State.READY, **measured(volume, space))
    run.log(f"{volume} is mounted by {volume.host}: {human(space.total)}, {human(space.free)} free")


def look_into_volume(run: Run) -> None:
    """What lies on a volume group that is not ours: only read, told, and remembered."""
    _require_unused(run)
    volume = run.subject
    tool = _attach(run, volume)
    found = _look(run, volume, tool)
    size = tool.device_size(volume.device) or 0
    seen = {name: found.get(name, "") for name in ("TYPE", "UUID", "LABEL")} | {"bytes": size}
    volume.record(
        facts=volume.facts | {"found": seen}, size_gib=max(1, size // GIB),
    )
    run.log(f"{volume}: {human(size)}, {_said(found)}. Nothing was written to it")


def adopt_volume(run: Run) -> None:
    """What a person confirmed is still what lies there; from now on it counts as ours."""
    volume = run.subject
    confirmed = run.parameters["found"]
    tool = _attach(run, volume)
    found = _look(run, volume, tool)
    if (found.get("TYPE"), found.get("UUID")) != (confirmed["TYPE"], confirmed["UUID"]):
        raise StepFailed(
            f"The disk of {volume} holds {_said(found)} by now, not what was confirmed.",
            advice="Nothing was written to it. Look into it again.",
        )
    facts = {name: value for name, value in volume.facts.items() if name != "found"}
    volume.record(
        filesystem=confirmed["TYPE"], filesystem_uuid=confirmed["UUID"].lower(),
        facts=facts | {"adopted": True},
    )
    run.log(f"Took over {volume}: {_said(found)}", level="warning")


def _require_unused(run: Run) -> None:
    problems = problems_with_use(run.subject)
    if problems:
        raise StepFailed(" ".join(problems), advice="Nothing was touched.")


def _attach(run: Run, volume: Volume) -> HostTool:
    """The one disk of an existing volume group is on the host; none is made."""
    host = volume.host
    if host is None or host.state == DockerHost.State.GONE:
        raise StepFailed(f"{volume} has no host.", advice="Choose one on the volume's page.")
    prism = prism_of(run, volume.cluster)
    try:
        group = prism.get_volume_group(volume.volume_group_ext_id)
    except NotFound as error:
        raise StepFailed(
            f"The volume group of {volume} is gone from Prism.",
            advice="Restore it from a snapshot in Prism; then resume.",
        ) from error
    if group.clients:
        raise StepFailed(
            f"The volume group {group.name} is open for an iSCSI client "
            f"({', '.join(group.clients)}).",
            advice="Two machines on one file system destroy it. Close it there; then resume.",
        )
    if len(prism.volume_disks(group.ext_id)) != 1:
        raise StepFailed(
            f"The volume group {group.name} has not just one disk.",
            advice="Slipway uses volume groups with one disk only. Nothing was touched.",
        )
    ensure_attached(run, host, volume)
    return HostTool(engine_of(run, host))


def _look(run: Run, volume: Volume, tool: HostTool) -> dict[str, str]:
    device = settings.DISK_BY_ID_PATTERN.format(disk=volume.disk_ext_id)
    run.wait_until(
        lambda: tool.device_size(device), what=f"the disk of {volume} on its host",
        timeout=_APPEAR_SECONDS,
        advice="Look in Prism whether the volume group is attached to the machine; then resume.",
    )
    if volume.device != device:
        volume.record(device=device)
    return tool.filesystem_on(device) or {}


def _said(found: dict[str, str]) -> str:
    kind = found.get("TYPE") or found.get("PTTYPE")
    if not kind:
        return "no file system"
    label = f", label “{found['LABEL']}”" if found.get("LABEL") else ""
    return f"{kind}{label}, {found.get('UUID') or 'without an id'}"
