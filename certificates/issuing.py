"""Issues certificates from our authorities."""

import ipaddress
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from django.contrib.auth.models import Group
from django.utils import timezone

from certificates.keys import DEFAULT_KEY, key_to_pem, new_key
from certificates.models import Authority, Certificate
from certificates.orders import Order, problems_with_order
from certificates.policy import usual_days
from certificates.problems import Refused
from certificates.reading import facts_of
from certificates.revocation import list_address
from certificates.rows import chain_below_root, columns_of, signer_of
from certificates.signing import sign_leaf
from certificates.subjects import NOBODY, Subject


def issue(
    authority: Authority,
    *,
    common_name: str,
    names: Iterable[str] = (),
    addresses: Iterable[str] = (),
    usage: str = Certificate.Usage.SERVER,
    days: float | None = None,
    owner: Group | None = None,
    subject: Subject = NOBODY,
    key_type: str = DEFAULT_KEY,
) -> Certificate:
    """A new key and its certificate, ending no later than the authority.

    `names` are DNS names (`*.` allowed), `addresses` IP addresses; both become SAN.
    Raises ServiceError with every reason at once, before anything is made.
    """
    order = Order(
        common_name=common_name, names=_once(name.lower().rstrip(".") for name in names),
        addresses=_once(addresses), usage=usage, subject=subject,
        days=usual_days(authority) if days is None else days,
    )
    require(authority, order)
    return sign_and_record(authority, order, new_key(key_type), owner=owner)


def sign_and_record(
    authority: Authority, order: Order, key: PrivateKeyTypes | PublicKeyTypes, *,
    owner: Group | None,
) -> Certificate:
    """Sign what was found good; a private key is kept, of a public one only the certificate."""
    signed = sign_leaf(
        order.common_name, key, signer=signer_of(authority), names=order.names,
        addresses=order.addresses, usage=order.usage, now=timezone.now(), days=order.days,
        subject=order.subject, crl_url=list_address(authority),
    )
    columns = columns_of(signed, chain_below_root(authority))
    return Certificate.objects.create(**columns | {
        "common_name": order.common_name, "authority": authority, "owner": owner,
        "sans": [*order.names, *facts_of(signed).addresses], "usage": order.usage,
        "key_pem": key_to_pem(key) if hasattr(key, "private_bytes") else "",
    })


def ensure_certificate(
    *,
    authority: Authority,
    fqdn: str,
    addresses: Iterable[str] = (),
    owner: Group | None = None,
) -> Certificate:
    """A usable server certificate for `fqdn` and `addresses`: the newest good one, or a new one.

    Good: of this authority, with its key, covering all, and not due for renewal.
    """
    addresses = [str(ipaddress.ip_address(address)) for address in addresses]
    wanted = {fqdn.lower(), *addresses}
    candidates = authority.certificates.usable().filter(
        common_name=fqdn.lower(), usage=Certificate.Usage.SERVER
    )
    for found in candidates.order_by("-not_after"):
        fresh = found.renew_at is None or found.renew_at > timezone.now()
        if wanted <= set(found.sans) and found.has_key and fresh:
            return found
    return issue(
        authority, common_name=fqdn.lower(), names=[fqdn], addresses=addresses, owner=owner
    )


def require(authority: Authority, order: Order) -> None:
    """Raise ServiceError with every reason why this cannot be signed."""
    if problems := problems_with_order(authority, order):
        raise Refused(problems)


def _once(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
