"""Says which Prism answers at an address: Central, Element, or none (nutanix.md 2.1)."""

from lib.http import Answer
from nutanix.prism.errors import TooOld, WrongPassword
from nutanix.prism.sentences import no_prism
from nutanix.prism.session import PrismSession

ELEMENT = "/PrismGateway/services/rest/v2.0/cluster"
_INFO = "/api/clustermgmt/unversioned/info"
_AHV = "kKvm"


def detect(session: PrismSession) -> str:
    """“pc_v4” or “pe_v2”.

    Without credentials it is “” where Prism shows nothing to strangers: ask again with them.
    Raises WrongEndpoint when no Prism answers, TooOld for a Prism Central without v4,
    WrongPassword, NotAllowed, Untrusted, or what else keeps it from answering.
    """
    session.log_in_anew()
    try:
        if _tells_v4(session.send("OPTIONS", _INFO)):
            return "pc_v4"
        return _element(session)
    except WrongPassword:
        if session.is_anonymous:
            return ""
        raise


def _tells_v4(answer: Answer) -> bool:
    body = answer.json() if answer.ok else None
    return isinstance(body, dict) and str(body.get("data")).startswith("v4")


def _element(session: PrismSession) -> str:
    answer = session.send("GET", ELEMENT)
    if answer.status == 403:
        raise session.refusal(answer, f"GET {ELEMENT}", namespace="v2")
    if is_element(answer):
        return "pe_v2"
    body = answer.json() if answer.ok else None
    if not isinstance(body, dict) or not body.get("version"):
        raise no_prism(session.url, answer.text[:500])
    raise TooOld(
        f"{session.url} is a Prism Central without v4, or a cluster without AHV.",
        advice="Prism Central pc.2024.3 or later is needed; or give the address of an AHV "
        "cluster itself.", detail=f"version {body['version']}",
    )


def is_element(answer: Answer) -> bool:
    """Whether this answer of v2's `cluster` is that of an AHV cluster: Prism Central has a
    cluster of its own there, without a hypervisor."""
    body = answer.json() if answer.ok else None
    return isinstance(body, dict) and _AHV in (body.get("hypervisor_types") or [])
