"""What a person is told when Prism cannot be spoken with, one sentence per cause."""

from lib.errors import Unreachable
from lib.http import Answer
from nutanix.prism.answers import is_rate_limit, retry_after
from nutanix.prism.errors import (
    AnswerLost,
    Busy,
    CertificateChanged,
    PrismError,
    Untrusted,
    WrongEndpoint,
    WrongPassword,
)


def wrong_password(name: str, *, by_key: bool) -> WrongPassword:
    """401 to credentials."""
    if by_key:
        return WrongPassword(
            f"{name} refuses our API key: it is wrong, revoked or expired.",
            advice="Make a new key for the service account and enter it here.",
        )
    return WrongPassword(
        f"{name} refuses our user name or password.",
        advice="Correct them before trying again: repeated failures may lock the account.",
    )


def answer_lost(name: str, detail: str) -> AnswerLost:
    """A change was asked for, and nobody knows whether it was done."""
    return AnswerLost(
        f"{name} took the request, but its answer was lost.",
        advice="Resume: the next attempt looks first whether it was done.", detail=detail,
    )


def busy(name: str, answer: Answer, detail: str, times: int) -> Busy:
    """429 or 5xx to every repetition."""
    limited = is_rate_limit(answer)
    why = "limits our requests" if limited else f"answers with HTTP {answer.status}"
    return Busy(
        f"{name} still {why} after {times} attempts.", retry_after=retry_after(answer),
        advice="Other programs may ask it too much; then resume." if limited
        else "Look at Prism's health and load; then resume.",
        detail=detail,
    )


def silent(name: str, fault: Unreachable, times: int) -> Busy:
    """No answer to any repetition."""
    if fault.kind == "timeout":
        return Busy(
            f"{name} did not answer in time, asked {times} times.", detail=fault.detail,
            advice="Look at its load and the network path, or give it more seconds to answer on "
            "its page; then resume.",
        )
    return Busy(fault.message, advice=fault.advice, detail=fault.detail)


def hopeless(name: str, fault: Unreachable, *, pinned: bool) -> PrismError:
    """Neither a name that does not resolve nor an untrusted certificate gets better by asking."""
    if fault.kind != "tls":
        return PrismError(fault.message, advice=fault.advice, detail=fault.detail)
    if pinned and "fingerprint" in fault.detail.lower():
        return CertificateChanged(
            f"The certificate of {name} is not the one that was confirmed and is not trusted.",
            advice="If it was replaced on purpose, compare the new fingerprint with the one that "
            "Prism shows and confirm it; if not, somebody may stand between. Nothing was sent.",
            detail=fault.detail,
        )
    return Untrusted(fault.message, advice=fault.advice, detail=fault.detail)


def no_prism(url: str, detail: str = "") -> WrongEndpoint:
    """Something answers there, but not as Prism does."""
    return WrongEndpoint(
        f"{url} is no Prism: something else answers there.",
        advice="Check address and port; Prism usually listens on 9440.", detail=detail,
    )
