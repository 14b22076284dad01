"""What an instance serves, in the books: its certificate and the endpoint where it is expected."""

from django.db import transaction

from certificates.models import Certificate, Endpoint
from certificates.services import register_endpoint
from deployments.models import HarborInstance


def expect(instance: HarborInstance, certificate: Certificate) -> Endpoint:
    """From now on `certificate` is the instance's; the one before it becomes replaced."""
    with transaction.atomic():
        if instance.certificate_id != certificate.pk:
            instance.record(certificate=certificate)
        return register_endpoint(
            address=instance.host.address, port=instance.https_port, server_name=instance.fqdn,
            expected=certificate, subject=instance, owner=instance.owner,
            breaks=f"Nobody can log in to {instance.registry_host}, push or pull.",
        )
