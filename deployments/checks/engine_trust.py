"""The host's engine insists on the certificate: refused without our CA, accepted with it."""

from ipaddress import ip_address, ip_network

from deployments.clients import ADMINISTRATOR, engine
from deployments.models import HarborInstance
from hosts.engine import EngineError
from operations.errors import CheckFailed, Warned
from operations.run import Run

_UNKNOWN = ("unknown authority", "certificate is not trusted", "self-signed", "self signed")


def check_engine_trust(run: Run) -> str:
    """Nothing is changed for it: the same server is asked under a spelling without a CA folder."""
    instance, docker = run.subject, engine(run)
    _require_secure(instance, docker.info().get("RegistryConfig") or {})
    stranger = untrusted_spelling(instance)
    refusal = _login(run, stranger)
    accepted = _login(run, instance.registry_host)
    if accepted:
        raise CheckFailed(
            f"The engine of {instance.host} cannot log in to {instance.registry_host}: {accepted}",
            advice=f"Look at /etc/docker/certs.d/{instance.registry_host}/ca.crt on the host, and "
                   "at the host's name service.",
        )
    _judge(stranger, refusal)
    return (
        f"Without our CA ({stranger}) the engine refuses with “unknown authority”; with it "
        f"({instance.registry_host}) it logs in; the registry is not marked insecure"
    )


def _judge(stranger: str, refusal: str) -> None:
    """The refusal must be there, and for the reason that is tested."""
    if not refusal:
        raise Warned(
            f"The engine accepts {stranger} without a CA of its own: the host's system trusts "
            "the authority already.",
            advice="Fine when that is on purpose.",
        )
    if not any(word in refusal for word in _UNKNOWN):
        raise CheckFailed(
            f"The engine refuses {stranger}, but not for its unknown CA: {refusal}",
            advice="The check could not tell whether the engine verifies certificates.",
        )


def untrusted_spelling(instance: HarborInstance) -> str:
    """The same server under a name for which the engine has no CA folder.

    The engine looks in certs.d for the host exactly as it is written (`harbor.md 5.15`).
    """
    if instance.https_port == 443:
        return f"{instance.fqdn}:443"
    return f"{instance.fqdn.upper()}:{instance.https_port}"


def _login(run: Run, registry_host: str) -> str:
    """Why the engine cannot log in; empty when it can."""
    try:
        engine(run).login(registry_host, ADMINISTRATOR, run.subject.admin_password)
    except EngineError as error:
        return error.detail or error.message
    return ""


def _require_secure(instance: HarborInstance, registries: dict) -> None:
    """Neither a name of this registry nor a network with its host is marked insecure."""
    names = {instance.registry_host, instance.fqdn, untrusted_spelling(instance)}
    listed = [
        name for name, entry in (registries.get("IndexConfigs") or {}).items()
        if not entry.get("Secure", True) and name in names
    ]
    address = ip_address(instance.host.address)
    listed += [
        network for network in registries.get("InsecureRegistryCIDRs") or []
        if address in ip_network(network)
    ]
    if listed:
        raise CheckFailed(
            f"The engine of {instance.host} has {', '.join(listed)} among its insecure "
            "registries: it would accept any certificate.",
            # A reload takes back only what the file still names.
            advice="Take it out of insecure-registries in /etc/docker/daemon.json on the host "
                   "(leave an empty list when it was alone) and reload docker.",
        )
