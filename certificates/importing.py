"""Takes a whole inventory of certificates into the books, without keys, by the thousand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.contrib.auth.models import Group
from django.db import transaction

from certificates.models import Authority, Certificate, CertificateWords
from certificates.policy import renew_at
from certificates.reading import break_between, certificates_in, facts_of
from certificates.rows import columns_of

_AT_ONCE = 1000
_PROBLEMS_KEPT = 20
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
# What cryptography raises for what is damaged or beyond what it knows.
_BROKEN = (
    ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType, UnsupportedAlgorithm,
)
# A block that goes on for longer is none; keeps a broken file from filling the memory.
_LONGEST_BLOCK = 512 * 1024


@dataclass(kw_only=True)
class Imported:
    """What became of an inventory; `problems` are the first of them."""

    new: int = 0
    known: int = 0
    authorities: int = 0
    broken: int = 0
    problems: list[str] = field(default_factory=list)

    def refuse(self, number: int, reason: str) -> None:
        self.broken += 1
        if len(self.problems) < _PROBLEMS_KEPT:
            self.problems.append(f"Certificate {number}: {reason}")


def stream_blocks(lines: Iterable[str]) -> Iterator[str]:
    """Each PEM certificate of a text that may be larger than the memory."""
    block: list[str] | None = None
    size = 0
    for line in lines:
        text = line.strip()
        if text == _BEGIN:
            block, size = [], 0
        if block is None:
            continue
        block.append(text)
        size += len(text)
        if text == _END or size > _LONGEST_BLOCK:
            yield "\n".join((*block, ""))
            block = None


def import_certificates(blocks: Iterable[str], *, owner: Group | None = None) -> Imported:
    """Record what is not known yet; a second call with the same changes nothing.

    What cannot be read is counted and told, and does not stop the rest.
    """
    done = Imported()
    signers = _Signers()
    numbered = enumerate(blocks, start=1)
    while chunk := list(islice(numbered, _AT_ONCE)):
        rows = [row for row in (_row(block, signers, done) for block in chunk) if row]
        for row in rows:
            row.owner = owner
        _record(rows, done)
    return done


def _row(block: tuple[int, str], signers: "_Signers", done: Imported) -> Certificate | None:
    number, pem = block
    try:
        parsed = x509.load_pem_x509_certificate(pem.encode())
        facts = facts_of(parsed)
        if facts.is_authority:
            done.authorities += 1
            return None
        return Certificate(
            sans=[*facts.names, *facts.addresses], usage=_usage_of(parsed),
            authority=signers.of(parsed, facts.issuer_name),
            renew_at=renew_at(facts.not_before, facts.not_after),
            **columns_of(parsed, facts=facts, pem=pem),
        )
    except _BROKEN as error:
        done.refuse(number, str(error) or type(error).__name__)
        return None


def _record(rows: list[Certificate], done: Imported) -> None:
    """Who issued it and its serial number are its identity; the first one of a batch counts."""
    unique = {(row.issuer_name, row.serial): row for row in reversed(rows)}
    with transaction.atomic():
        known = set(
            Certificate.objects.filter(
                serial__in=[serial for _issuer, serial in unique]
            ).values_list("issuer_name", "serial")
        )
        new = [row for identity, row in unique.items() if identity not in known]
        Certificate.objects.bulk_create(new)
        CertificateWords.remember(new)
    done.new += len(new)
    done.known += len(rows) - len(new)


class _Signers:
    """The authorities known here by their subject, so that each signature is tried once."""

    def __init__(self) -> None:
        self._known: dict[str, list[tuple[Authority, x509.Certificate]]] = {}
        for authority in Authority.objects.defer("key_pem", "crl_pem"):
            parsed = certificates_in(authority.certificate_pem)[0]
            subject = parsed.subject.rfc4514_string()[:500]
            self._known.setdefault(subject, []).append((authority, parsed))

    def of(self, certificate: x509.Certificate, issuer_name: str) -> Authority | None:
        found = self._known.get(issuer_name, ())
        return next((each for each, above in found if not break_between(certificate, above)), None)


def _usage_of(certificate: x509.Certificate) -> str:
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return Certificate.Usage.SERVER
    if ExtendedKeyUsageOID.SERVER_AUTH in purposes:
        return Certificate.Usage.SERVER
    is_client = ExtendedKeyUsageOID.CLIENT_AUTH in purposes
    return Certificate.Usage.CLIENT if is_client else Certificate.Usage.SERVER
