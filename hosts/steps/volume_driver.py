"""The `nutanix` volume driver on a host, and the volume groups that it makes."""

from collections.abc import Iterator
from contextlib import contextmanager

from hosts.engine import Engine, EngineError, engine_of
from hosts.host_tool import HostTool
from hosts.models import DockerHost, Volume, VolumeDriver
from hosts.models.volume_driver import ALIAS
from hosts.steps.prism import LOOK_SECONDS, await_task, prism_of
from hosts.steps.silent_host import is_silent
from hosts.subject import host_of
from hosts.volume_driver import INSTALLED, differing, rights_in_words, was_installed_by_us
from lib.archives import File
from nutanix.prism.errors import NotFound
from operations.errors import StepFailed
from operations.run import Run

_TRUST_FOLDER = "/etc/docker/certs.d"
_LOOK_AT = (
    "Check address, user, password and storage container of the volume driver, and that the host "
    "reaches Prism Element on 9440 and the data services on 3260. The plugin's words are in the "
    "log of the engine on the host. Then resume."
)
_HOW_TO_PULL = (
    "Check the plugin's reference, the CA and the login of its registry in the volume driver, and "
    "that the host reaches that registry. Then resume."
)


def ensure_volume_driver(run: Run, host: DockerHost, driver: VolumeDriver) -> None:
    """The engine has the plugin, set as the row says, and enabled. One that others made is theirs.
    """
    for secret in (driver.password, driver.registry_password):
        run.keep_secret(secret)
    engine = engine_of(run, host)
    found = engine.plugin(ALIAS)
    if found is None:
        _install(run, host, engine, driver)
        found = engine.plugin(ALIAS) or {}
    wrong = differing(found, driver)
    if wrong and not was_installed_by_us(host):
        raise StepFailed(
            f"{host} has a plugin “{ALIAS}” with other settings: {', '.join(wrong)}.",
            advice="Correct the volume driver's settings, or remove the plugin on the host if "
                   "nothing uses it; then resume.",
        )
    if wrong:
        _set(run, host, engine, driver, is_on=bool(found.get("Enabled")))
    if wrong or not found.get("Enabled"):
        _enable(run, engine)
    run.log(f"The engine of {host} has the volume driver “{ALIAS}” from {driver.reference}")


def ensure_driver_volume(run: Run, engine: Engine, volume: Volume) -> None:
    """The Docker volume exists, and we know the volume group behind it. A namesake stays alone."""
    prism = prism_of(run, volume.cluster)
    group = prism.find_volume_group(volume.name)
    if volume.volume_group_ext_id and (not group or group.ext_id != volume.volume_group_ext_id):
        raise StepFailed(
            f"The volume group of {volume} is gone from Prism, and its data with it.",
            advice="Restore it from a snapshot in Prism, or retire this instance.",
        )
    if group and not volume.volume_group_ext_id and "create" not in volume.requests:
        raise StepFailed(
            f"Prism has a volume group named {volume} that is not ours.",
            advice="Rename or delete it in Prism if nothing needs it; then resume.",
            detail=group.ext_id,
        )
    volume.request_id("create")  # from here on, one of that name is ours
    with _advising(_LOOK_AT):
        engine.ensure_volume(volume.name, volume.driver, volume.driver_options())
    group = group or run.wait_until(
        lambda: prism.find_volume_group(volume.name), timeout=LOOK_SECONDS,
        what=f"Prism to show the volume group {volume}",
        advice="Does the volume driver use the cluster that its settings name?",
    )
    disks = prism.volume_disks(group.ext_id)
    volume.record(
        volume_group_ext_id=group.ext_id, disk_ext_id=disks[0].ext_id if disks else ""
    )
    volume.request_done("create")


def close_to_dead_clients(run: Run, volume: Volume) -> None:
    """No iSCSI client has the volume group any more. Call only when its machine is off or gone."""
    if volume.backend != Volume.Backend.NUTANIX_DRIVER or not volume.volume_group_ext_id:
        return
    prism = prism_of(run, volume.cluster)
    try:
        group = prism.get_volume_group(volume.volume_group_ext_id)
    except NotFound:
        return  # whoever needs it says so
    for client in group.clients:
        what = f"close the volume group {volume} to {client}"
        request_id = volume.request_id(f"close-{client}")
        run.checkpoint()
        with run.outside(f"Prism: {what}"):
            task = prism.close_to(group.ext_id, client, request_id=request_id)
        if task:
            await_task(run, prism, task, what=what)
        volume.request_done(f"close-{client}")
        run.log(f"Closed the volume group {volume} to the iSCSI client {client}")


def remove_volume_driver(run: Run) -> None:
    """Our plugin and the password in it leave the host, unless other volumes there need it."""
    host = host_of(run)
    if not was_installed_by_us(host):
        return
    used = Volume.objects.filter(host=host, backend=Volume.Backend.NUTANIX_DRIVER)
    if used.exclude(state=Volume.State.DELETED).exists():
        run.log(f"Other volumes of {host} use the volume driver: it stays")
        return
    if is_silent(run, host):
        run.log(f"Left on {host}: the volume driver with its password", level="warning")
        return
    engine = engine_of(run, host)
    users = engine.containers_on(ALIAS)
    if users:
        run.log(f"Containers of {host} use the volume driver: {', '.join(users)}", "warning")
        return
    if engine.plugin(ALIAS):
        run.checkpoint()
        engine.remove_plugin(ALIAS)
        run.log(f"Removed the volume driver, and the password in it, from {host}")
    host.record(facts={name: fact for name, fact in host.facts.items() if name != INSTALLED})


def _install(run: Run, host: DockerHost, engine: Engine, driver: VolumeDriver) -> None:
    if not HostTool(engine).has_program("iscsiadm"):
        run.log(
            f"{host} has no iscsiadm: Nutanix' own plugin needs the package open-iscsi "
            "(iscsi-initiator-utils) and a running iscsid", level="warning",
        )
    if driver.registry_ca_pem and driver.registry:
        run.checkpoint()
        ca = {f"{driver.registry}/ca.crt": File(driver.registry_ca_pem.encode())}
        engine.put_files(_TRUST_FOLDER, ca)
    login = driver.registry_login()
    with run.outside(f"plugin {driver.reference}"), _advising(_HOW_TO_PULL):
        rights = engine.plugin_rights(driver.reference, login)
        run.log(f"The plugin is granted: {rights_in_words(rights)}", level="warning")
        host.record(facts=host.facts | {INSTALLED: driver.reference})
        run.checkpoint()
        engine.pull_plugin(driver.reference, name=ALIAS, rights=rights, login=login)
    run.log(f"Pulled the plugin {driver.reference}")


def _set(
    run: Run, host: DockerHost, engine: Engine, driver: VolumeDriver, *, is_on: bool
) -> None:
    users = engine.containers_on(ALIAS) if is_on else []
    if users:
        raise StepFailed(
            f"The volume driver of {host} cannot be set anew while containers use its volumes: "
            f"{', '.join(users)}.",
            advice="Stop the registry on this host; then resume.",
        )
    run.checkpoint()
    if is_on:
        engine.disable_plugin(ALIAS)
    engine.set_plugin(ALIAS, driver.settings())
    run.log(f"Set the volume driver of {host}: {', '.join(driver.settings())}")


def _enable(run: Run, engine: Engine) -> None:
    run.checkpoint()
    with run.outside("enable the volume driver"), _advising(_LOOK_AT):
        engine.enable_plugin(ALIAS)


@contextmanager
def _advising(advice: str) -> Iterator[None]:
    """The engine's own words, with what to do about them where it knows nothing better."""
    try:
        yield
    except EngineError as error:
        raise StepFailed(
            error.message, advice=error.advice or advice, detail=error.detail
        ) from error
