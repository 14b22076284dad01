"""The domain name leads to the host, for the console and for the host itself."""

from django.conf import settings

from deployments.name_lookup import NameServerSilent, addresses_of
from operations.errors import CheckFailed, Warned
from operations.run import Run


def check_name(run: Run) -> str:
    """What the console's name service says; going on without the name stays a warning."""
    instance = run.subject
    record = f"{instance.fqdn}. IN A {instance.host.address}"
    try:
        found = addresses_of(instance.fqdn, settings.SLIPWAY_NAME_SERVERS)
    except NameServerSilent as error:
        raise CheckFailed(error.message, advice="Check the console's name service.") from error
    if instance.host.address in found:
        return f"{instance.fqdn} resolves to {', '.join(found)}, the address of {instance.host}"
    said = f"resolves to {', '.join(found)}" if found else "does not resolve"
    missing = "Change the DNS record to" if found else "Create the DNS record"
    refusal = Warned if instance.continue_without_name else CheckFailed
    raise refusal(
        f"{instance.fqdn} {said}; it should lead to {instance.host.address}.",
        advice=f"{missing} “{record}”.",
    )
