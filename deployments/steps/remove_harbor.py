"""Take Harbor off its host: containers, network, files. Volumes are not touched here."""

from certificates.models import Endpoint
from deployments.clients import engine
from deployments.configuration import LAYOUT, TRUST_FOLDER
from deployments.prepare import run_script
from deployments.project import compose_for
from harbor.prepare import remove_installation
from hosts.engine import EngineError
from hosts.steps.silent_host import is_silent, require_dead
from operations.run import Run


def remove_harbor(run: Run) -> None:
    """Nothing of Harbor is left on the host but its volumes; what lies on a dead host is named."""
    instance = run.subject
    Endpoint.objects.filter(
        address=instance.host.address, port=instance.https_port, server_name=instance.fqdn
    ).delete()
    if _is_dead(run):
        _tell_what_is_left(run)
        return
    with compose_for(instance.host) as compose:
        run.checkpoint()
        compose.down(
            project=LAYOUT.project, on_line=lambda line: run.log(f"compose: {line.strip()}")
        )
    if engine(run).find_image(instance.release.prepare_image()):
        run.checkpoint()
        run_script(run, remove_installation(LAYOUT, instance.registry_host))
        run.log(f"Removed {LAYOUT.install}, {LAYOUT.data} and the trust for {instance.fqdn}")


def _is_dead(run: Run) -> bool:
    """No answer comes, or none that helps while the machine is to be deleted anyway."""
    to_be_deleted = bool(run.parameters.get("delete_host"))
    try:
        dead = is_silent(run, run.subject.host)
    except EngineError:
        if not to_be_deleted:
            raise
        dead = True
    if dead:
        require_dead(run, run.subject.host, may_switch_off=to_be_deleted)
    return dead


def _tell_what_is_left(run: Run) -> None:
    instance = run.subject
    fate = "deleted with its machine" if run.parameters.get("delete_host") else "left there"
    run.log(
        f"{instance.host} does not answer. On its own disk, {fate}: Harbor's containers, "
        f"{LAYOUT.install}, {LAYOUT.data}, {LAYOUT.logs}, "
        f"{TRUST_FOLDER}/{instance.registry_host}", level="warning",
    )
