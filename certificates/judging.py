"""Compares what an endpoint serves with the books: a state, and a sentence for who must act."""

from certificates.looking import Sight
from certificates.models import Certificate, Endpoint
from certificates.probes import ProbeFailed
from certificates.reading import Facts

State = Endpoint.State
# X509_V_ERR_…, openssl-verification-options(1).
_WRONG_NAME = {62, 64}
_NO_ISSUER = {2, 20, 21}
_ENDED = {10}


def judge(endpoint: Endpoint, sight: Sight) -> tuple[str, str]:
    """The state of the endpoint and its problem; no problem when it serves what is expected."""
    if sight.facts is None:
        forbidden = sight.failure.kind == "forbidden"
        state = State.FORBIDDEN if forbidden else State.UNREACHABLE
        return state, _sentence(sight.failure)
    if _is_other(endpoint, sight.facts):
        return _judge_other(endpoint, sight)
    if sight.refusal:
        return _state_of_refusal(endpoint, sight.refusal), _sentence(sight.refusal)
    return State.EXPECTED, ""


def _is_other(endpoint: Endpoint, facts: Facts) -> bool:
    wanted = endpoint.expected.fingerprint if endpoint.expected else endpoint.expected_fingerprint
    return bool(wanted) and wanted != facts.fingerprint


def _judge_other(endpoint: Endpoint, sight: Sight) -> tuple[str, str]:
    expected, facts = endpoint.expected, sight.facts
    served = f"“{facts.common_name}” of {facts.issuer_name}, until {facts.not_after:%Y-%m-%d},"
    refused = f" {sight.refusal.message}" if sight.refusal else ""
    if expected is None:
        return State.OTHER, (
            f"Expected the fingerprint {endpoint.expected_fingerprint[:16]}…, but {served} is "
            f"served.{refused}"
        )
    state = _how_it_differs(expected, facts)
    sooner = (expected.not_after - facts.not_after).days
    ends = f" It ends {sooner} days sooner." if sooner > 0 else ""
    return state, f"Expected the certificate {expected}, but {served} is served.{ends}{refused}"


def _how_it_differs(expected: Certificate, facts: Facts) -> str:
    known = Certificate.objects.filter(fingerprint=facts.fingerprint).only("not_before").first()
    same_kind = facts.common_name == expected.common_name and (
        facts.issuer_name == expected.issuer_name
    )
    if (known or same_kind) and facts.not_before < expected.not_before:
        return State.OLDER
    return State.SOONER if facts.not_after < expected.not_after else State.OTHER


def _state_of_refusal(endpoint: Endpoint, refusal: ProbeFailed) -> str:
    if refusal.code in _WRONG_NAME:
        return State.WRONG_NAME
    if refusal.code in _ENDED:
        return State.EXPIRED
    # Without a certificate in the books, nobody here knows what its chain should be.
    if refusal.code in _NO_ISSUER and endpoint.expected:
        return State.INCOMPLETE
    return State.UNTRUSTED


def _sentence(problem: ProbeFailed) -> str:
    return f"{problem.message} {problem.advice}".strip()
