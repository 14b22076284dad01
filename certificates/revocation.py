"""Revokes certificates and publishes which ones are: the list of each authority."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from certificates.models import Authority, Certificate
from certificates.rows import signer_of
from certificates.signing_lists import Revoked, sign_revocation_list
from lib.errors import ServiceError

# Published again at half time, so a reader never holds a list that has run out.
REVOCATION_LIST_DAYS = 7


def revoke(
    certificate: Certificate, reason: str = Certificate.Reason.UNSPECIFIED
) -> Certificate:
    """Mark it revoked and publish its authority's list anew; a second call changes nothing.

    It stays on record. Raises ServiceError when its authority does not sign here.
    """
    if reason not in Certificate.Reason.values:
        raise ServiceError(f"“{reason}” is no reason for a revocation.")
    authority = certificate.authority
    if authority is None or not authority.has_key:
        raise ServiceError(
            f"The certificate {certificate} was issued outside and cannot be revoked here.",
            advice=f"Revoke it at its issuer: {certificate.issuer_name}.",
        )
    with transaction.atomic():
        changed = Certificate.objects.filter(pk=certificate.pk).exclude(
            state=Certificate.State.REVOKED
        ).update(state=Certificate.State.REVOKED, revoked_at=timezone.now(), reason=reason)
        if changed:
            revocation_list(authority, renew=True)
    certificate.refresh_from_db(fields=["state", "revoked_at", "reason"])
    return certificate


def revocation_list(authority: Authority, *, renew: bool = False) -> str:
    """The current revocation list as PEM; signed anew when `renew` or past half its time."""
    if not renew and _is_fresh(authority):
        return authority.crl_pem
    now = timezone.now()
    with transaction.atomic():
        row = Authority.objects.select_for_update().get(pk=authority.pk)
        # Somebody may have signed one while we waited.
        if renew or not _is_fresh(row):
            row.crl_number += 1
            row.crl_made_at = now
            row.crl_pem = sign_revocation_list(
                signer_of(row), _revoked(row), number=row.crl_number, now=now,
                days=REVOCATION_LIST_DAYS,
            )
            row.save(update_fields=["crl_number", "crl_made_at", "crl_pem"])
    authority.refresh_from_db(fields=["crl_number", "crl_made_at", "crl_pem"])
    return authority.crl_pem


def list_address(authority: Authority) -> str:
    """Where clients find the list; empty while machines have no address for this console."""
    if urlsplit(settings.CONSOLE_URL).hostname in (None, "localhost"):
        return ""
    path = reverse("certificates:authority-revocations", args=[authority.uuid])
    return f"{settings.CONSOLE_URL}{path}"


def _is_fresh(authority: Authority) -> bool:
    half = timedelta(days=REVOCATION_LIST_DAYS / 2)
    return bool(authority.crl_pem) and timezone.now() - authority.crl_made_at < half


def _revoked(authority: Authority) -> list[Revoked]:
    """Those that would still be valid; the others are refused anyhow (RFC 5280, 3.3)."""
    rows = authority.certificates.filter(
        state=Certificate.State.REVOKED,
        not_after__gt=timezone.now() - timedelta(days=REVOCATION_LIST_DAYS),
    ).order_by("revoked_at")
    return [
        Revoked(serial=serial, at=at, reason=reason)
        for serial, at, reason in rows.values_list("serial", "revoked_at", "reason")
    ]
