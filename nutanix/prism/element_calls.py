"""How Prism Element's v2 is called: plain documents, tasks by their uuid (nutanix.md 2.0.2)."""

from typing import Any

from lib.http import Answer
from nutanix.prism.answers import is_unserved
from nutanix.prism.errors import WrongEndpoint
from nutanix.prism.session import PrismSession

_BASE = "/PrismGateway/services/rest/v2.0"


class ElementCalls:
    """What the parts of the v2 driver share."""

    session: PrismSession

    def _get(self, path: str, **params: str) -> dict[str, Any]:
        found = self._call("GET", path, params=params or None).json()
        return found if isinstance(found, dict) else {}

    def _every(self, path: str, **params: str) -> list[dict[str, Any]]:
        """All of a list. It usually comes whole; where it does not, the next pages are asked for,
        until one brings nothing new (whether v2 pages, and how, is not known: nutanix.md 2.0.2).
        """
        answer = self._get(path, **params)
        first = answer.get("entities") or []
        found = {_id_of(each): each for each in first}
        total = int((answer.get("metadata") or {}).get("grand_total_entities") or 0)
        page = 1
        while first and len(found) < total:
            page, before = page + 1, len(found)
            more = self._get(path, **params, page=str(page), count=str(len(first)))
            found |= {_id_of(each): each for each in more.get("entities") or []}
            if len(found) == before:
                break
        return list(found.values())

    def _change(
        self, method: str, path: str, request_id: str, body: Any = None, *, makes: bool = False
    ) -> str:
        answer = self._call(method, path, body=body, request_id=request_id, makes=makes)
        found = answer.json()
        return str(found.get("task_uuid") or "") if isinstance(found, dict) else ""

    def _call(self, method: str, path: str, **request: Any) -> Answer:
        address = f"{_BASE}/{path}"
        answer = self.session.send(method, address, **request)
        if answer.ok:
            return answer
        if is_unserved(answer, proven=True):
            raise WrongEndpoint(
                f"{self.session.url} does not serve the v2 API of Prism Element.",
                advice="Give the address of the cluster itself; if that is it, its release has no "
                "v2 any more: register its Prism Central.", detail=address,
            )
        raise self.session.refusal(answer, f"{method} {address}", namespace="v2")


def _id_of(listed: dict[str, Any]) -> str:
    return str(listed.get("uuid") or listed.get("storage_container_uuid"))
