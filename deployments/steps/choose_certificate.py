"""Have the certificate that is to be served next: signed now, or the one that was chosen."""

from django.db import transaction

from certificates.leftovers import replace_leftovers
from certificates.models import Certificate
from deployments.rotation.choosing import choice_from, make
from operations.errors import StepFailed
from operations.run import Run

SLUG = "choose-certificate"


def choose_certificate(run: Run) -> None:
    """Made once per operation, however often it is resumed; only recorded, not yet served."""
    instance = run.subject
    if "certificate" not in run.facts:
        run.checkpoint()
        choice = choice_from(run.parameters)
        with transaction.atomic():  # no leaf without its place in the books
            certificate = make(instance, choice)
            made = {} if choice.certificate else {"made": str(certificate.uuid)}
            run.record(
                certificate=str(certificate.uuid), former=str(instance.certificate.uuid), **made
            )
        replace_leftovers(run.operation, keep=[instance.certificate, certificate])
    certificate = replacement(run)
    run.log(
        f"{certificate}, signed by {certificate.issuer_name}, valid until "
        f"{certificate.not_after:%Y-%m-%d}, follows {instance.certificate}"
    )


def replacement(run: Run) -> Certificate:
    """What this operation serves. Raises StepFailed when that may not be served any more."""
    certificate = _recorded(run, "certificate")
    if not certificate.is_usable:
        raise StepFailed(
            f"{certificate} may not be served any more: it was revoked, replaced, or has ended.",
            advice="Start a new rotation.",
        )
    run.keep_secret(certificate.key_pem)
    return certificate


def former(run: Run) -> Certificate:
    """What was served before."""
    return _recorded(run, "former")


def _recorded(run: Run, key: str) -> Certificate:
    uuid = run.facts.get(key) or run.fact(SLUG, key)
    return Certificate.objects.select_related("authority").get(uuid=uuid)
