"""Signs what a team asks for in a request of its own; the team keeps its private key."""

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509.oid import NameOID
from django.contrib.auth.models import Group

from certificates.issuing import sign_and_record
from certificates.keys import problem_with_key
from certificates.models import Authority, Certificate
from certificates.orders import Order, problems_for_people, problems_with_order
from certificates.pem import blocks_in
from certificates.policy import usual_days
from certificates.problems import Refused
from certificates.reading import BROKEN
from certificates.subjects import Subject, subject_of
from lib.errors import ServiceError


@dataclass(frozen=True, kw_only=True)
class TeamRequest:
    """What a signing request asks for. Nothing else of it reaches the certificate."""

    common_name: str
    subject: Subject
    names: list[str]
    addresses: list[str]
    public_key: PublicKeyTypes
    problems: list[str]


def sign_team_request(
    authority: Authority,
    request_pem: str,
    *,
    usage: str = Certificate.Usage.SERVER,
    days: float | None = None,
    owner: Group | None = None,
) -> Certificate:
    """The certificate for a team's key. Raises Refused with every reason at once."""
    asked = read_team_request(request_pem)
    if problems := problems_with_team_request(authority, asked, usage=usage, days=days):
        raise Refused(problems)
    order = _order(authority, asked, usage, days)
    return sign_and_record(authority, order, asked.public_key, owner=owner)


def problems_with_team_request(
    authority: Authority, asked: TeamRequest, *, usage: str, days: float | None
) -> list[str]:
    """Every reason why it is not signed; empty when it is."""
    problems = [*asked.problems]
    if weak := problem_with_key(asked.public_key):
        problems.append(weak)
    problems += problems_for_people(authority, usage)
    return problems + problems_with_order(authority, _order(authority, asked, usage, days))


def read_team_request(pem: str) -> TeamRequest:
    """What the one request in `pem` asks for. Raises Refused when it cannot be read."""
    try:
        found = [b for b in blocks_in(pem) if b.label.endswith("CERTIFICATE REQUEST")]
    except ServiceError as cause:
        raise Refused([cause.message]) from cause
    if len(found) != 1:
        raise Refused([f"Give one signing request; the text holds {len(found)}."])
    try:
        request = x509.load_pem_x509_csr(found[0].text.replace("NEW ", "").encode())
        return _asked(request)
    except BROKEN as cause:
        raise Refused(["The signing request cannot be read: it is damaged or cut."]) from cause


def _asked(request: x509.CertificateSigningRequest) -> TeamRequest:
    names, addresses, problems = _alternatives(request)
    if not request.is_signature_valid:
        problems.append("The request is not signed by the key that it names.")
    found = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    common_name = str(found[0].value) if found else ""
    if not names and not addresses and common_name:
        # Old tools write the common name only; clients need it as a name.
        names = [common_name.lower()]
    return TeamRequest(
        common_name=common_name or (names or addresses or [""])[0],
        subject=subject_of(request.subject), names=names, addresses=addresses,
        public_key=request.public_key(), problems=problems,
    )


def _alternatives(
    request: x509.CertificateSigningRequest,
) -> tuple[list[str], list[str], list[str]]:
    try:
        found = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [], [], []
    others = {type(name).__name__ for name in found} - {"DNSName", "IPAddress"}
    return (
        list(dict.fromkeys(name.lower() for name in found.get_values_for_type(x509.DNSName))),
        list(dict.fromkeys(map(str, found.get_values_for_type(x509.IPAddress)))),
        [f"It asks for a name of the kind {kind}, which is not signed here." for kind in
         sorted(others)],
    )


def _order(authority: Authority, asked: TeamRequest, usage: str, days: float | None) -> Order:
    return Order(
        common_name=asked.common_name, names=asked.names, addresses=asked.addresses,
        subject=asked.subject, usage=usage,
        days=usual_days(authority) if days is None else days,
    )
