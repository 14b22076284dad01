"""Why a certificate that was signed elsewhere could not be served: every reason at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificates.chains import Upload, problems_with_chain
from certificates.keys import same_key
from certificates.policy import longest_days
from certificates.problems import Problem
from certificates.reading import covers, facts_of
from certificates.rows import issuer_of

# Each handshake carries them all.
MOST_NAMES = 1000
_SHOWN_NAMES = 10


# What a certificate must allow to be used so, and how the extension calls it.
_PURPOSES = {
    "server": (ExtendedKeyUsageOID.SERVER_AUTH, "serverAuth"),
    "client": (ExtendedKeyUsageOID.CLIENT_AUTH, "clientAuth"),
}


def problems_with(
    upload: Upload, *, names: Sequence[str] = (), now: datetime, usage: str = "server"
) -> list[str]:
    """Every reason why it cannot be used under each of `names`; empty when it can."""
    return [
        *problems_with_chain(upload, now),
        *_key_problems(upload),
        *_name_problems(upload.leaf, names, usage),
        *_purpose_problems(upload.leaf, usage),
        *_end_problems(upload),
        *_lifetime_problems(upload.leaf),
    ]


def _key_problems(upload: Upload) -> list[str]:
    if upload.key is None:
        return [Problem("The private key is missing.", "key_text")]
    if not same_key(upload.key.public_key(), upload.leaf.public_key()):
        return [Problem("The private key belongs to another certificate.", "key_text")]
    return []


def _name_problems(leaf: x509.Certificate, names: Sequence[str], usage: str) -> list[str]:
    facts = facts_of(leaf)
    inside = [*facts.names, *facts.addresses]
    if not inside and usage == "server":
        return ["It carries no subject alternative name; clients ignore the common name."]
    if len(inside) > MOST_NAMES:
        return [f"It carries {len(inside)} names; at most {MOST_NAMES} are taken: "
                "each handshake sends them all."]
    told = ", ".join(inside[:_SHOWN_NAMES]) + (" …" if len(inside) > _SHOWN_NAMES else "")
    return [
        Problem(f"It is not valid for {name} (it is for {told}).", "served_names")
        for name in names
        if not covers(leaf, name)
    ]


def _purpose_problems(leaf: x509.Certificate, usage: str) -> list[str]:
    if facts_of(leaf).is_authority:
        return [f"It is an authority, not a {usage} certificate."]
    try:
        purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return []  # without the extension every purpose is allowed
    wanted, word = _PURPOSES[usage]
    if wanted not in purposes:
        return [f"It is not allowed to identify a {usage} (no {word})."]
    return []


def _end_problems(upload: Upload) -> list[str]:
    top = facts_of(upload.chain[-1])
    if top.is_self_issued and not upload.above:
        return ["It is self-signed: clients have no authority to trust."]
    if not top.is_self_issued and issuer_of(upload.chain[-1]) is None:
        return [
            f"The chain ends at “{top.common_name}”, whose issuer {top.issuer_name} is not known "
            "here: add the certificates up to the root, or import that authority first."
        ]
    return []


def _lifetime_problems(leaf: x509.Certificate) -> list[str]:
    facts, limit = facts_of(leaf), longest_days(issuer_of(leaf))
    lifetime = facts.not_after - facts.not_before
    # Public authorities count the last second; some private ones begin a little before now.
    if lifetime <= timedelta(days=limit, hours=1):
        return []
    return [f"It lives for {lifetime.days} days; the policy allows {limit}."]
