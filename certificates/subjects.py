"""The subject of a certificate: who it names, beside the names that clients check."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from certificates.problems import Problem

_COMMON_NAME_LIMIT = 64  # RFC 5280, ub-common-name
# Field, its place in the name, its longest value (RFC 5280, appendix A.1).
_FIELDS = (
    ("country", NameOID.COUNTRY_NAME, 2),
    ("state", NameOID.STATE_OR_PROVINCE_NAME, 128),
    ("locality", NameOID.LOCALITY_NAME, 128),
    ("organisation", NameOID.ORGANIZATION_NAME, 64),
    ("unit", NameOID.ORGANIZATIONAL_UNIT_NAME, 64),
    ("email", NameOID.EMAIL_ADDRESS, 255),
)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What an organisation wants to read in its certificates; every field may be empty."""

    country: str = ""
    state: str = ""
    locality: str = ""
    organisation: str = ""
    unit: str = ""
    email: str = ""

    def problems(self) -> list[str]:
        """Why these fields cannot stand in a certificate, as sentences."""
        found = [
            Problem(f"The {field} has {len(value)} characters; at most {limit} are allowed.", field)
            for field, _, limit, value in self._filled()
            if len(value) > limit and field != "country"
        ]
        if self.country and not (len(self.country) == 2 and self.country.isascii()
                                 and self.country.isalpha()):
            found.append(Problem(
                f"“{self.country}” is no country code of two letters, like DE.", "country"
            ))
        if self.email and not (self.email.isascii() and self.email.find("@") > 0):
            found.append(Problem(f"“{self.email}” is not an e-mail address.", "email"))
        return found

    def name(self, common_name: str) -> x509.Name:
        """The distinguished name; a common name that is too long is left to the SAN."""
        parts = [
            x509.NameAttribute(oid, value.upper() if field == "country" else value)
            for field, oid, _, value in self._filled()
        ]
        if common_name and len(common_name) <= _COMMON_NAME_LIMIT:
            parts.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
        # Clients look at the SAN only; a subject must still not be empty.
        return x509.Name(parts or [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Slipway")])

    def _filled(self) -> Iterator[tuple[str, x509.ObjectIdentifier, int, str]]:
        values = asdict(self)
        return ((field, oid, limit, values[field]) for field, oid, limit in _FIELDS
                if values[field])


NOBODY = Subject()


def subject_of(name: x509.Name) -> Subject:
    """The fields we know, taken from a distinguished name; the rest is dropped."""
    values = {}
    for field, oid, _ in _FIELDS:
        if found := name.get_attributes_for_oid(oid):
            values[field] = str(found[0].value)
    return Subject(**values)
