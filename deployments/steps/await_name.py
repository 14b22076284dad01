"""Wait until the domain name leads to the host, saying exactly which DNS record is missing."""

from django.conf import settings

from deployments.models import HarborInstance
from deployments.name_lookup import NameServerSilent, addresses_of
from operations.errors import StepFailed
from operations.run import Run

_LIMIT = 24 * 3600.0


def await_name(run: Run) -> None:
    """The name resolves to the host, or the operator chose to go on without."""
    instance = run.subject
    if leads_to_host(instance):
        run.log(f"{instance.fqdn} resolves to {instance.host.address}")
        return
    record = f"{instance.fqdn}. IN A {instance.host.address}"
    if instance.continue_without_name:
        run.log(f"{_found(instance)} Going on without, as chosen; missing: {record}",
                level="warning")
        return
    run.log(f"{_found(instance)} Create this DNS record: {record}", level="warning")
    run.activity(f"Waiting for the DNS record {record}")
    try:
        run.wait_until(
            lambda: leads_to_host(instance), what=f"the DNS record {record}", timeout=_LIMIT,
            interval=5,
        )
    except StepFailed as error:
        raise StepFailed(
            f"{instance.fqdn} still does not resolve to {instance.host.address}.",
            advice=f"Create the DNS record “{record}”, then resume.",
        ) from error
    run.log(f"{instance.fqdn} resolves to {instance.host.address} now")


def leads_to_host(instance: HarborInstance) -> bool:
    """Whether the console's name service gives the host's address for the name."""
    try:
        found = addresses_of(instance.fqdn, settings.SLIPWAY_NAME_SERVERS)
    except NameServerSilent:
        return False
    return instance.host.address in found


def _found(instance: HarborInstance) -> str:
    try:
        found = addresses_of(instance.fqdn, settings.SLIPWAY_NAME_SERVERS)
    except NameServerSilent as error:
        return error.message
    if not found:
        return f"{instance.fqdn} does not resolve."
    return f"{instance.fqdn} resolves to {', '.join(found)}, not to {instance.host.address}."
