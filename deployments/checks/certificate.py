"""The certificate that clients see is ours, for this name, and valid long enough."""

from certificates.probes import ProbeFailed, Served, check_trust, served_certificate
from certificates.services import trust_bundle
from deployments.configuration import WRITE_ANEW
from deployments.models import HarborInstance
from operations.errors import CheckFailed, Warned
from operations.run import Run

_FEW_DAYS = 14


def check_certificate(run: Run) -> str:
    """Chain, name and dates as a client judges them; fingerprint as issued; TLS 1.2 or later."""
    instance = run.subject
    served, protocol = _as_a_client(instance)
    facts = served.facts
    if facts.fingerprint != instance.certificate.fingerprint:
        raise CheckFailed(
            f"{instance.fqdn} serves the certificate {facts.fingerprint[:16]}…, "
            f"not {instance.certificate.fingerprint[:16]}… which was issued for it.",
            advice="Restart the container nginx. When it goes on serving the wrong one: "
                   f"{WRITE_ANEW}.",
        )
    if protocol not in ("TLSv1.2", "TLSv1.3"):
        raise CheckFailed(
            f"{instance.fqdn} speaks {protocol}, which is too old.",
            advice=f"Look at ssl_protocols in nginx.conf on the host, or {WRITE_ANEW}.",
        )
    evidence = (
        f"{', '.join(facts.names)} signed by {facts.issuer_name}, valid until "
        f"{facts.not_after:%Y-%m-%d}, {protocol}, SHA-256 {facts.fingerprint[:16]}…"
    )
    if instance.certificate.days_left < _FEW_DAYS:
        raise Warned(
            f"{evidence}. It ends in {instance.certificate.days_left} days.",
            advice="Rotate the certificate.",
        )
    return evidence


def _as_a_client(instance: HarborInstance) -> tuple[Served, str]:
    """What is served, and the protocol spoken by a client that trusts our CA only."""
    where = (instance.host.address, instance.https_port, instance.fqdn)
    try:
        served = served_certificate(*where)
        return served, check_trust(*where, trusted_pem=trust_bundle(instance.certificate))
    except ProbeFailed as error:
        raise CheckFailed(error.message, advice=error.advice, detail=error.detail) from error
