"""Make sure that the host's machine exists, is on, and has an address. One machine, ever."""

from dataclasses import replace

from hosts.cloud_init import LONGEST, document
from hosts.identities import ensure_client_certificate, ensure_first_certificate
from hosts.machine_problems import problems_with_new_machine
from hosts.models import DockerHost
from hosts.steps.power import bring_up
from hosts.steps.prism import make_once, prism_of
from hosts.subject import host_of
from nutanix.prism import PrismClient
from nutanix.prism.errors import NotFound, TaskFailed
from nutanix.prism.types import VM, VMSpec
from operations.errors import StepFailed
from operations.run import Run


def provision_host(run: Run) -> None:
    """Afterwards the row knows id and address. An existing host only needs an address."""
    host = host_of(run)
    if not host.is_ours:
        _require_address(run, host)
        return
    lacking = host.lacking()
    if lacking:
        raise StepFailed(
            f"The cluster {host.cluster} lacks {', '.join(lacking)}.",
            advice="Choose these on the cluster's page.",
        )
    prism = prism_of(run, host.cluster)
    vm = _find(run, prism, host) or _create(run, prism, host)
    bring_up(run, prism, host, vm)
    run.record(vm=vm.ext_id, address=host.address)


def _require_address(run: Run, host: DockerHost) -> None:
    if not host.address:
        raise StepFailed(f"{host} has no address.", advice="Enter it on the host's page.")
    run.log(f"{host} is an existing machine at {host.address}")


def _find(run: Run, prism: PrismClient, host: DockerHost) -> VM | None:
    """The machine by its id, else by our mark; None when there is none yet."""
    if host.vm_ext_id:
        try:
            return prism.get_vm(host.vm_ext_id)
        except NotFound:
            run.log(
                f"Machine {host.vm_ext_id} is gone from Prism; making a new one", level="warning"
            )
            host.forget_machine()
    vm = prism.find_vm(host.mark, name=host.name)
    if vm:
        host.request_done("create")
        host.record(vm_ext_id=vm.ext_id)
        run.log(f"Found machine {vm.name} by its mark")
    return vm


def _create(run: Run, prism: PrismClient, host: DockerHost) -> VM:
    if not host.requests.get("create"):
        _refuse_what_cannot_be(prism, host)
        _keep_choices(host)
    spec = _spec(run, host)
    address = host.static_address or _former_address(prism, host)
    try:
        vm = _make(run, prism, host, replace(spec, address=address))
    except TaskFailed as error:
        if not address or host.static_address:
            raise
        run.log(f"Not at {address} again: {error.message}", level="warning")
        vm = _make(run, prism, host, spec)
    host.record(vm_ext_id=vm.ext_id)
    run.log(f"Made machine {vm.name} ({host.cpus} CPU, {host.memory_mib} MiB)")
    return vm


def _keep_choices(host: DockerHost) -> None:
    """What is the cluster's default today: a machine made anew, or twice, is made from the same."""
    for kind in ("image", "subnet"):
        host.choose(kind, *host.chosen(kind))
    host.record(**host.made_from())


def _make(run: Run, prism: PrismClient, host: DockerHost, spec: VMSpec) -> VM:
    return make_once(
        run, prism, host, "create",
        lambda request_id: prism.create_vm(spec, request_id=request_id),
        what=f"make the machine {host.name}",
        look=lambda: prism.find_vm(host.mark, name=host.name),
    )


def _former_address(prism: PrismClient, host: DockerHost) -> str:
    """What a lost machine had, where Prism can give it again: then no DNS record must change."""
    former, chosen = host.facts.get("former_address", ""), host.chosen("subnet")[0]
    if not former:
        return ""
    is_managed = any(
        each.managed for each in prism.subnets(host.cluster.ext_id) if each.ext_id == chosen
    )
    return former if is_managed else ""


def _refuse_what_cannot_be(prism: PrismClient, host: DockerHost) -> None:
    problems = problems_with_new_machine(prism, host)
    if problems:
        raise StepFailed(" ".join(problems), advice="Nothing was made. Correct this; then resume.")


def _spec(run: Run, host: DockerHost) -> VMSpec:
    ensure_client_certificate(host)
    if ensure_first_certificate(host):
        host.request_done("create")  # another document must not travel under the old id
    certificate = host.server_certificate
    run.keep_secret(certificate.key_pem)
    text = document(
        host_name=host.name, authority_pem=host.authority.full_chain_pem,
        certificate_pem=certificate.full_chain_pem, key_pem=certificate.key_pem,
        port=host.engine_port, settings=host,
    )
    run.keep_secret(text)
    if len(text) > LONGEST:
        raise StepFailed("The first-boot document is too long for Prism.")
    return VMSpec(
        name=host.name, mark=host.mark, cluster=host.cluster.ext_id,
        subnet=host.chosen("subnet")[0], image=host.chosen("image")[0],
        cpus=host.cpus, memory_mib=host.memory_mib, disk_gib=host.disk_gib, user_data=text,
        host_name=host.name,
    )
