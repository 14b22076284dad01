"""Hands a private key out: for a stated reason, and never without a trace."""

from auditlog.models import LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from certificates.containers import pkcs12_of
from certificates.keys import key_from_pem, key_to_locked_pem
from certificates.models import Certificate
from certificates.reading import certificates_in
from lib.errors import ServiceError

PKCS12, LOCKED_PEM, PLAIN_PEM = "pkcs12", "locked-pem", "pem"
SHORTEST_REASON = 8
SHORTEST_PASSWORD = 12


def export_key(
    certificate: Certificate, *, form: str, password: str, by: AbstractBaseUser, reason: str
) -> bytes:
    """The key of `certificate` with its chain, after the audit log says who asked and why.

    `form` is PKCS12, LOCKED_PEM (both opened by `password`) or PLAIN_PEM. Raises ServiceError.
    """
    if not by.has_perm("certificates.export_certificate"):
        raise ServiceError(
            "You may not export private keys.", advice="Ask for the permission to export."
        )
    if len(reason.strip()) < SHORTEST_REASON:
        raise ServiceError("Say in a few words why you need the private key.")
    if form != PLAIN_PEM and len(password) < SHORTEST_PASSWORD:
        raise ServiceError(f"The password needs at least {SHORTEST_PASSWORD} characters.")
    authority = certificate.authority
    if certificate.usage == Certificate.Usage.CLIENT and authority and authority.opens_engines:
        raise ServiceError(
            f"The private key of {certificate} opens Docker engines and stays in the console."
        )
    if not certificate.has_key:
        raise ServiceError(f"The private key of {certificate} is not kept here.")
    # Without the trace there is no key.
    with transaction.atomic():
        LogEntry.objects.log_create(
            certificate, force_log=True, action=LogEntry.Action.ACCESS, changes={}, actor=by,
            additional_data={"exported": form, "reason": reason.strip()[:500]},
        )
    return _written(certificate, form, password)


def _written(certificate: Certificate, form: str, password: str) -> bytes:
    if form == PLAIN_PEM:
        return (certificate.key_pem + certificate.full_chain_pem).encode()
    key = key_from_pem(certificate.key_pem)
    if form == LOCKED_PEM:
        return (key_to_locked_pem(key, password) + certificate.full_chain_pem).encode()
    chain = certificates_in(certificate.full_chain_pem)
    return pkcs12_of(key, chain, name=certificate.common_name, password=password)
