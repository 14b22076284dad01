"""Reads Prism's answers leniently: v4, gateway, v2, HTML or nothing at all (nutanix.md 3.1)."""

from dataclasses import dataclass, replace

from lib.http import Answer
from lib.redact import Redactor
from nutanix.prism.errors import Busy, Conflict, Invalid, NotAllowed, NotFound, PrismError

SHOWN = 500
_NOT_FOUND = {"RESOURCE_NOT_FOUND", "ENTITY_NOT_FOUND"}
_RATE = {"RATE_LIMIT_EXCEEDED", "RATE_LIMIT_ERROR"}
_DENIED = {
    "FORBIDDEN", "ACCESS_DENIED", "AUTHORIZATION_ERROR", "IAM_AUTHORIZATION_ERROR",
    "RBAC_AUTHORIZATION_ERROR",
}
_BROKEN = {
    "INTERNAL_ERROR", "CLUSTERMGMT_SERVICE_ERROR", "DISK_INTERNAL_ERROR", "VOLUME_INTERNAL_ERROR",
}
_URL_UNKNOWN = "requested URL was not found"
_RIGHTS = {
    "clustermgmt": "view clusters and storage containers",
    "vmm": "view images, and create, power and delete virtual machines",
    "networking": "view subnets",
    "volumes": "create, attach and delete volume groups",
    "prism": "view tasks",
    "v2": "manage machines and volume groups (the role is Cluster Admin)",
}


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """What Prism says about a failure; fields are empty when it says nothing."""

    message: str = ""
    code: str = ""
    group: str = ""


def complaint_in(body: object, reason: str = "") -> Complaint:
    """The best sentence in an error body of any shape."""
    if isinstance(body, list):
        body = body[0] if body else {}
    if not isinstance(body, dict):
        return Complaint(message=reason)
    data = body.get("data")
    error = data.get("error") if isinstance(data, dict) else None
    if isinstance(error, list):
        return complaint_of(error) or Complaint(message=reason)
    if isinstance(error, dict) and error.get("validationErrorMessages"):
        parts = [
            f"{each.get('message', '')} ({each.get('attributePath', '')})"
            for each in error["validationErrorMessages"]
        ]
        return Complaint(message="; ".join(parts), group="SCHEMA")
    return Complaint(message=str(body.get("message") or body.get("detailed_message") or reason))


def complaint_of(messages: object) -> Complaint | None:
    """The first AppMessage of a list that says something."""
    for each in messages if isinstance(messages, list) else []:
        if isinstance(each, dict) and (each.get("message") or each.get("code")):
            return Complaint(
                message=str(each.get("message") or each["code"]),
                code=str(each.get("code") or ""), group=str(each.get("errorGroup") or ""),
            )
    return None


def is_rate_limit(answer: Answer) -> bool:
    """429, or a rate limit that travels under another status (nutanix.md 2.0)."""
    if answer.status == 429:
        return True
    return answer.status == 400 and complaint_in(answer.json()).group in _RATE


def is_unserved(answer: Answer, *, proven: bool) -> bool:
    """A 404 of the gateway: this version or address is not served (nutanix.md 1.2).

    A service sends `data`, or no more than a message; where the version is `proven` to be served,
    only the gateway's own words count.
    """
    body = answer.json()
    if answer.status != 404 or (isinstance(body, dict) and "data" in body):
        return False
    return not proven or _URL_UNKNOWN in answer.text


def retry_after(answer: Answer) -> float:
    """Seconds that Prism asks us to wait; 0 when it does not say."""
    try:
        return max(0.0, float(answer.headers.get("Retry-After", "0")))
    except ValueError:
        return 0.0


def error_of(
    answer: Answer, *, name: str, asked: str, redact: Redactor, namespace: str = ""
) -> PrismError:
    """The error class and the sentence for an answer that is no success.

    By status first, then by group: an authorization layer may speak of its own troubles with
    400, and a service of its internal ones (nutanix.md 3.2).
    """
    told = complaint_in(answer.json(), answer.raw.reason or "")
    told = replace(told, message=redact(told.message)[:SHOWN])
    shown = redact(answer.text)[:SHOWN]  # cut last: half a secret is not recognised
    detail = f"{asked} → HTTP {answer.status} {told.code}\n{shown}".strip()
    status, group = answer.status, told.group
    if status == 403 or (status == 400 and group in _DENIED):
        right = _RIGHTS.get(namespace, "do this")
        return NotAllowed(
            f"{name} does not allow our user to {right}.",
            advice="Give the user or service account a role with this right in Prism.",
            detail=detail,
        )
    if status == 404 or group in _NOT_FOUND:
        return NotFound(
            f"{name} does not know it: {told.message}", detail=detail,
            advice="It was deleted in Prism, or belongs to another cluster.",
        )
    if status in (409, 412):
        return _conflict(f"{name} refuses: {told.message}", told, detail)
    if status == 429 or status >= 500 or group in _BROKEN:
        return Busy(
            f"{name} is not able to answer now: {told.message}", retry_after=retry_after(answer),
            advice="Look at Prism's health; then resume.", detail=detail,
        )
    return Invalid(
        f"{name} does not accept this: {told.message}", detail=detail,
        advice="Nothing was made. Correct what it names; then resume.",
    )


def _conflict(sentence: str, told: Complaint, detail: str) -> Conflict:
    changed = "ETAG" in told.group.upper() or told.code in ("VMM-30303", "PLAT-10005")
    advice = (
        "It was changed in Prism meanwhile: resume, and it is looked at anew." if changed
        else "Its present state in Prism does not allow this: look there; then resume."
    )
    return Conflict(sentence, advice=advice, detail=detail)
