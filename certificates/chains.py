"""Puts certificates in the order in which each was signed by the next, and judges that chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from certificates.keys import problem_with_key, same_key
from certificates.reading import break_between, facts_of

_WEAK_HASHES = {"md5", "sha1"}


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A certificate, its private key, those above it in order, and what did not belong."""

    leaf: x509.Certificate
    key: PrivateKeyTypes | None
    above: tuple[x509.Certificate, ...] = ()
    strays: tuple[x509.Certificate, ...] = ()

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        return (self.leaf, *self.above)


def arranged(found: Sequence[x509.Certificate], key: PrivateKeyTypes | None) -> Upload:
    """What was given in any order; the leaf is the one of `key`, else the one that signed none."""
    found = list(dict.fromkeys(found))
    own = [part for part in found if key and same_key(part.public_key(), key.public_key())]
    leaf = (own or _lowest(found) or found)[0]
    rest = [part for part in found if part != leaf]
    above: list[x509.Certificate] = []
    while following := _signer_among(rest, (above or [leaf])[-1]):
        rest.remove(following)
        above.append(following)
    return Upload(leaf=leaf, key=key, above=tuple(above), strays=tuple(rest))


def problems_with_chain(upload: Upload, now: datetime) -> list[str]:
    """Every reason against one of its certificates, or against how they hang together."""
    problems = [
        f"“{facts_of(part).common_name}” does not belong to its chain." for part in upload.strays
    ]
    for part in upload.chain:
        problems += [f"“{facts_of(part).common_name}” {reason}" for reason in _faults(part, now)]
    problems += [
        f"“{facts_of(part).common_name}” is in the chain, but may not sign certificates."
        for part in upload.above if not facts_of(part).is_authority
    ]
    return problems


def _faults(part: x509.Certificate, now: datetime) -> list[str]:
    facts, found = facts_of(part), []
    if facts.not_after <= now:
        found.append(f"ended on {facts.not_after:%Y-%m-%d %H:%M} UTC.")
    if facts.not_before > now:
        found.append(f"is not valid before {facts.not_before:%Y-%m-%d %H:%M} UTC.")
    if weak := problem_with_key(part.public_key()):
        found.append(f"has a key that clients refuse: {weak}")
    # The signature of a root proves nothing: it is trusted by itself.
    if not facts.is_self_issued:
        found += _signature_faults(part)
    return found


def _signature_faults(part: x509.Certificate) -> list[str]:
    try:
        hashed = part.signature_hash_algorithm  # None for Ed25519
    except UnsupportedAlgorithm:
        return ["is signed in a way that clients do not know."]
    if hashed and hashed.name in _WEAK_HASHES:
        return [f"is signed with {hashed.name}, which clients no longer accept."]
    return []


def _lowest(found: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    return [
        part for part in found
        if all(other == part or break_between(other, part) for other in found)
    ]


def _signer_among(
    candidates: Sequence[x509.Certificate], signed: x509.Certificate
) -> x509.Certificate | None:
    return next((part for part in candidates if not break_between(signed, part)), None)
