"""What somebody asks an authority to sign, and every reason why it would not."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone

from certificates.models import Authority, Certificate
from certificates.policy import longest_days
from certificates.problems import Problem
from certificates.subjects import NOBODY, Subject
from certificates.suitability import MOST_NAMES

_SHOWN_PROBLEMS = 10
_DNS_NAME = re.compile(
    r"(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)


@dataclass(frozen=True, kw_only=True)
class Order:
    """A certificate that does not exist yet; names are lower case."""

    common_name: str
    names: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    usage: str = Certificate.Usage.SERVER
    days: float = 0
    subject: Subject = NOBODY


def problems_with_order(authority: Authority, order: Order) -> list[str]:
    """Every reason why `authority` would not sign it; empty when it would."""
    problems = problems_with_names(order) + order.subject.problems()
    limit = longest_days(authority)
    if order.days <= 0:
        problems.append(Problem("The lifetime must be more than nothing.", "days"))
    elif order.days > limit:
        problems.append(Problem(
            f"{order.days:g} days are more than the policy of “{authority}” allows: {limit}.",
            "days",
        ))
    if not authority.has_key:
        problems.append(Problem(
            f"The private key of the authority “{authority}” is not here.", "authority"
        ))
    if authority.not_after <= timezone.now():
        problems.append(Problem(
            f"The authority “{authority}” ended on {authority.not_after:%Y-%m-%d}.", "authority"
        ))
    return problems


def problems_for_people(authority: Authority, usage: str) -> list[str]:
    """Why a person may not have this signed, although the console itself may."""
    if usage == Certificate.Usage.CLIENT and authority.opens_engines:
        return [Problem(
            f"“{authority}” signs client certificates for the console alone: "
            "they open every Docker engine.", "usage",
        )]
    return []


def problems_with_names(order: Order) -> list[str]:
    """Every reason against what the certificate would say, whoever signs it."""
    # The common name is the first of the names of a server; its fault is told at its own place.
    own = [name for name in order.names if name == order.common_name.lower()]
    others = [name for name in order.names if name not in own]
    problems = _wrong("common_name", own, _is_dns_name, "a DNS name")
    problems += _wrong("names", others, _is_dns_name, "a DNS name")
    problems += _wrong("addresses", order.addresses, _is_address, "an IP address")
    count = len(order.names) + len(order.addresses)
    if count > MOST_NAMES:
        problems.append(Problem(
            f"{count} names are too many; at most {MOST_NAMES} are signed.", "names"
        ))
    if not order.common_name.strip():
        problems.append(Problem("A common name is needed.", "common_name"))
    if order.usage not in Certificate.Usage.values:
        problems.append(Problem(f"“{order.usage}” is neither server nor client.", "usage"))
    elif order.usage == Certificate.Usage.SERVER and not count:
        problems.append(Problem("A server needs at least one name or address.", "names"))
    return problems


def _wrong(
    part: str, values: list[str], is_good: Callable[[str], bool], what: str
) -> list[str]:
    wrong = [value[:80] for value in values if not is_good(value)]
    told = [Problem(f"“{value}” is not {what}.", part) for value in wrong[:_SHOWN_PROBLEMS]]
    if len(wrong) > len(told):
        told.append(Problem(f"And {len(wrong) - len(told)} more like these.", part))
    return told


def _is_dns_name(name: str) -> bool:
    return len(name) <= 253 and bool(_DNS_NAME.fullmatch(name))


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True
