"""Make sure that Harbor has a valid certificate and that its host trusts who signed it."""

from django.utils import timezone

from certificates.models import Authority, Certificate
from certificates.renewal import is_due
from certificates.services import ensure_certificate, ensure_console_authority
from deployments.models import HarborInstance
from deployments.rotation.choosing import is_for
from deployments.serving import expect
from deployments.trust import trust_only
from operations.run import Run


def issue_certificate(run: Run) -> None:
    """A leaf for the domain name, the CA known to the engine, the endpoint in the report."""
    instance = run.subject
    run.checkpoint()
    certificate = _kept(instance) or ensure_certificate(
        authority=_authority_of(instance), fqdn=instance.fqdn,
        addresses=[instance.host.address], owner=instance.owner,
    )
    if instance.certificate_id != certificate.pk:
        instance.record(certificate=certificate)
        run.log(f"Certificate {certificate} is valid until {certificate.not_after:%Y-%m-%d}")
    else:
        run.log(f"Certificate {certificate} is still valid")
    run.record(certificate=str(certificate.uuid), fingerprint=certificate.fingerprint)

    trust_only(run, [certificate])
    expect(instance, certificate)


def _kept(instance: HarborInstance) -> Certificate | None:
    """What it has, while it is good: somebody may have chosen it in a rotation."""
    current = instance.certificate
    if current is None or not current.is_usable or not current.has_key:
        return None
    if current.authority is None or not current.authority.has_key:
        return current if is_for(current, instance.fqdn) else None
    is_whole = {instance.fqdn.lower(), instance.host.address} <= set(current.sans)
    return current if is_whole and not is_due(current, timezone.now()) else None


def _authority_of(instance: HarborInstance) -> Authority:
    current = instance.certificate
    return current.authority if current and current.authority else ensure_console_authority()
