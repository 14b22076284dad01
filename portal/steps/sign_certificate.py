"""Sign what was asked for, once."""

from django.db import transaction

from certificates.models import Certificate
from certificates.services import ensure_console_authority, issue, sign_team_request
from operations.run import Run
from portal.handing import keep
from portal.kinds import CertificateWanted
from portal.models import Request
from portal.steps.wish import wish_of


def sign_certificate(run: Run) -> None:
    """Certificate and request change together: nothing is signed twice, nothing is lost.

    A key that was made here is kept, and handed over once like any other secret; one that was
    wiped before anybody could see it is kept again.
    """
    request = run.subject
    wanted: CertificateWanted = wish_of(run)
    if request.certificate:
        _keep_key(request, request.certificate)
        run.log(f"The certificate {request.certificate} is there")
        return
    run.checkpoint()
    with transaction.atomic():
        certificate = _signed(request, wanted)
        Request.objects.filter(pk=request.pk).update(certificate=certificate)
        _keep_key(request, certificate)
    run.log(f"Signed {certificate} for {', '.join(certificate.sans)}")


def _keep_key(request: Request, certificate: Certificate) -> None:
    if certificate.has_key:
        keep(
            request, certificate.common_name, to=request.requester,
            make=lambda: certificate.key_pem,
        )


def _signed(request: Request, wanted: CertificateWanted) -> Certificate:
    authority = ensure_console_authority()
    if wanted.csr:
        return sign_team_request(authority, wanted.csr, days=wanted.days, owner=request.owner)
    return issue(
        authority, common_name=wanted.fqdn.lower(), names=wanted.all_names, days=wanted.days,
        owner=request.owner,
    )
