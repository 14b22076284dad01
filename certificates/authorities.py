"""Makes, imports and records authorities."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils import timezone

from certificates.chains import Upload, problems_with_chain
from certificates.keys import DEFAULT_KEY, key_to_pem, new_key, same_key
from certificates.models import Authority
from certificates.problems import Problem, Refused
from certificates.reading import facts_of
from certificates.revocation import list_address
from certificates.rows import columns_of, issuer_of, signer_of
from certificates.signing import sign_authority
from certificates.subjects import NOBODY, Subject
from certificates.uploads import read_upload
from lib.errors import ServiceError

CONSOLE_NAME = "Slipway console authority"
ROOT_DAYS = 3650
INTERMEDIATE_DAYS = 1825


def ensure_console_authority() -> Authority:
    """The authority of this console: signs for Docker engines, the console and registries.

    Made at the first call (ECDSA P-256, ten years); concurrent callers get the same one.
    """
    found = Authority.objects.filter(is_console=True).first()
    if found:
        return found
    try:
        with transaction.atomic():
            return make_authority(CONSOLE_NAME, is_console=True)
    except (IntegrityError, ServiceError):  # another process made it between the look and the act
        return Authority.objects.get(is_console=True)


def make_authority(
    name: str,
    *,
    parent: Authority | None = None,
    key_type: str = DEFAULT_KEY,
    days: int | None = None,
    owner: Group | None = None,
    is_console: bool = False,
    subject: Subject = NOBODY,
    longest_days: int | None = None,
) -> Authority:
    """A new root, or an intermediate of `parent`. Raises ServiceError with every reason."""
    problems = subject.problems() + _problems_with_name(name)
    if parent and parent.not_after <= timezone.now():
        problems.append(f"“{parent}” ended on {parent.not_after:%Y-%m-%d}.")
    if problems:
        raise Refused(problems)
    signer = signer_of(parent) if parent else None
    key = new_key(key_type)
    try:
        signed = sign_authority(
            name, key, now=timezone.now(), signer=signer, subject=subject,
            days=days or (INTERMEDIATE_DAYS if parent else ROOT_DAYS),
            crl_url=list_address(parent) if parent else "",
        )
    except ValueError as cause:
        raise ServiceError(
            f"“{parent}” may not sign an authority.", advice="Choose a root.", detail=str(cause)
        ) from cause
    return Authority.objects.create(
        name=name, kind=Authority.Kind.MADE, parent=parent, owner=owner, is_console=is_console,
        longest_days=longest_days, key_pem=key_to_pem(key), **columns_of(signed),
    )


def import_authority(
    name: str,
    certificate_pem: str = "",
    *,
    key_pem: str = "",
    file: bytes = b"",
    password: str = "",
    owner: Group | None = None,
    longest_days: int | None = None,
) -> Authority:
    """Record an outside authority; with its key it can sign here.

    Given are its certificate and those above it up to the root, unless they are known here.
    Raises Refused with every reason why it cannot be used.
    """
    candidate = read_authority(
        certificate_pem=certificate_pem, key_pem=key_pem, file=file, password=password
    )
    if problems := _problems_with_name(name):
        raise Refused(problems)
    kind = Authority.Kind.IMPORTED if candidate.key else Authority.Kind.OUTSIDE
    return record_authority(name, candidate, kind=kind, owner=owner, longest_days=longest_days)


def record_authority(name: str, candidate: Upload, **columns: Any) -> Authority:
    """The row of an authority that was found good."""
    parent = issuer_of(candidate.leaf)
    return Authority.objects.create(
        name=name, parent=parent, key_pem=key_to_pem(candidate.key) if candidate.key else "",
        **columns, **columns_of(candidate.leaf, () if parent else candidate.above),
    )


def read_authority(**given: Any) -> Upload:
    """What was given (as for `read_upload`), checked. Raises Refused with every reason."""
    candidate = read_upload(**given)
    if problems := problems_with_authority(candidate, now=timezone.now()):
        raise Refused(problems)
    return candidate


def problems_with_authority(candidate: Upload, *, now: datetime) -> list[str]:
    """Every reason why this authority cannot be imported; empty when it can."""
    certificate, facts = candidate.leaf, facts_of(candidate.leaf)
    problems = problems_with_chain(candidate, now)
    if not facts.is_authority:
        problems.append(
            f"“{facts.common_name}” is not an authority (it may not sign certificates)."
        )
    if candidate.key and not same_key(candidate.key.public_key(), certificate.public_key()):
        problems.append(Problem("The private key belongs to another certificate.", "key_text"))
    if known := Authority.objects.filter(fingerprint=facts.fingerprint).first():
        problems.append(f"It is known already as “{known}”.")
    top = candidate.chain[-1]
    if not facts_of(top).is_self_issued and not issuer_of(top):
        problems.append("Its issuer is not known: add the certificates above it, up to the root.")
    return problems


def _problems_with_name(name: str) -> list[str]:
    if not name.strip():
        return ["The authority needs a name."]
    if Authority.objects.filter(name=name).exists():
        return [f"An authority with the name “{name}” is here already."]
    return []
