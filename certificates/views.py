"""What clients fetch without a login: certificates of authorities and revocation lists."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from certificates.downloads import pem_file
from certificates.models import Authority
from certificates.services import revocation_list
from certificates.signing_lists import list_as_der

# Seconds. A revocation reaches everybody after this time at the latest.
_KEPT_FOR = 3600


@require_safe
def authority_certificate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The certificate of an authority as PEM: public by its nature, every client needs it."""
    authority = get_object_or_404(Authority, uuid=uuid)
    return pem_file(authority.full_chain_pem, "ca.crt")


@require_safe
def authority_revocations(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The revocation list of an authority, binary as RFC 5280, 4.2.1.13, wants it; signed anew at
    half its time only, and told to be kept for an hour.
    """
    authority = _signing_authority(uuid)
    revocation_list(authority)
    return _list_answer(request, authority, list_as_der(authority.crl_pem), "application/pkix-crl")


@require_safe
def authority_revocations_pem(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same list as PEM, as curl and nginx read it."""
    authority = _signing_authority(uuid)
    revocation_list(authority)
    return _list_answer(
        request, authority, authority.crl_pem.encode(), "application/x-pem-file"
    )


def _signing_authority(uuid: UUID) -> Authority:
    authority = get_object_or_404(Authority, uuid=uuid)
    if not authority.has_key:
        raise Http404
    return authority


def _list_answer(
    request: HttpRequest, authority: Authority, content: bytes, kind: str
) -> HttpResponse:
    etag = quote_etag(f"{authority.crl_number}-{len(content)}")
    made = int(authority.crl_made_at.timestamp())
    whole = HttpResponse(content, content_type=kind, headers={
        "ETag": etag, "Last-Modified": http_date(made),
        "Cache-Control": f"public, max-age={_KEPT_FOR}",
    })
    return get_conditional_response(request, etag=etag, last_modified=made, response=whole)
