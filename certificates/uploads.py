"""Takes in a certificate that was signed elsewhere, or says every reason why not."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils import timezone

from certificates.chains import Upload, arranged
from certificates.containers import certificates_in_der, open_pkcs12
from certificates.keys import key_from_pem, key_to_pem
from certificates.models import Certificate
from certificates.pem import MOST_BYTES, decoded
from certificates.problems import Problem, Refused
from certificates.reading import certificates_in, facts_of
from certificates.rows import chain_below_root, columns_of, issuer_of, upwards
from certificates.suitability import problems_with
from lib.errors import ServiceError

_TWICE = "A certificate of this issuer with this number is here already."


def read_upload(
    *,
    certificate_pem: str = "",
    key_pem: str = "",
    chain_pem: str = "",
    file: bytes = b"",
    password: str = "",
    key: PrivateKeyTypes | None = None,
) -> Upload:
    """What was given, as PEM texts or as a file. Raises Refused with all reasons.

    The file may be PEM, one certificate or a PKCS#7 bundle in binary form, or PKCS#12; a key may
    also stand in the text of the certificate, or be known before (`key`).
    """
    if len(file) > MOST_BYTES:
        raise Refused(["The file is larger than 1 MiB: it holds no certificates."])
    if b"-----BEGIN" in file or file[:2] in (b"\xff\xfe", b"\xfe\xff"):
        certificate_pem, file = f"{certificate_pem}\n{decoded(file)}", b""
    found, inside, problems = [], None, []
    if file:
        try:
            found, inside = _open(file, password)
        except ServiceError as cause:
            problems.append(Problem(cause.message, "file"))
    if not found or certificate_pem.strip() or chain_pem.strip():
        try:
            found = [*found, *certificates_in(f"{certificate_pem}\n{chain_pem}")]
        except ServiceError as cause:
            problems += [] if problems else [Problem(cause.message, "certificate_text")]
    try:
        key = key or _key_in(key_pem, certificate_pem, password) or inside
    except ServiceError as cause:
        problems.append(Problem(cause.message, "key_text"))
    if problems:
        raise Refused(problems)
    return arranged(found, key)


def record_upload(
    upload: Upload, *, names: Sequence[str] = (), owner: Group | None = None,
    usage: str = Certificate.Usage.SERVER,
) -> Certificate:
    """Keep the certificate. Raises Refused with every reason at once."""
    if problems := problems_with_upload(upload, names=names, usage=usage):
        raise Refused(problems)
    facts, authority = facts_of(upload.leaf), issuer_of(upload.leaf)
    chain = chain_below_root(authority) if authority else _completed(upload.above)
    try:
        with transaction.atomic():
            return Certificate.objects.create(
                sans=[*facts.names, *facts.addresses], owner=owner, authority=authority,
                usage=usage, key_pem=key_to_pem(upload.key), **columns_of(upload.leaf, chain),
            )
    except IntegrityError as cause:  # somebody else brought it between the look and the act
        raise Refused([_TWICE]) from cause


def problems_with_upload(
    upload: Upload, *, names: Sequence[str] = (), usage: str = Certificate.Usage.SERVER
) -> list[str]:
    """Every reason why it is not kept; empty when it is."""
    facts = facts_of(upload.leaf)
    problems = problems_with(upload, names=names, usage=usage, now=timezone.now())
    twin = Certificate.objects.filter(issuer_name=facts.issuer_name, serial=facts.serial).first()
    if twin:
        problems.append(f"{_TWICE[:-1]}: {twin}.")
    return problems


def _open(file: bytes, password: str) -> tuple[Sequence[x509.Certificate], PrivateKeyTypes | None]:
    if found := certificates_in_der(file):
        return found, None
    container = open_pkcs12(file, password)
    return container.certificates, container.key


def _key_in(key_pem: str, certificate_pem: str, password: str) -> PrivateKeyTypes | None:
    if key_pem.strip():
        return key_from_pem(key_pem, password)
    with_key = "PRIVATE KEY-----" in certificate_pem
    return key_from_pem(certificate_pem, password) if with_key else None


def _completed(above: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """The chain up to its root, the missing end taken from the authorities known here."""
    known = issuer_of(above[-1]) if not facts_of(above[-1]).is_self_issued else None
    return [*above, *(upwards(known) if known else ())]
