"""The part of the checklist that changes nothing."""

from nutanix.first_contact.contact import UNKNOWN, Contact
from nutanix.prism.errors import PrismError
from nutanix.prism.session import PrismSession

_NAMESPACES = ("vmm", "volumes", "clustermgmt", "networking", "prism", "multidomain")
_V4_LISTS = (
    ("clustermgmt", "/config/clusters"), ("clustermgmt", "/config/storage-containers"),
    ("networking", "/config/subnets"), ("vmm", "/content/images"), ("vmm", "/ahv/config/vms"),
    ("volumes", "/config/volume-groups"), ("prism", "/config/domain-managers"),
)
_V2 = "/PrismGateway/services/rest/v2.0"
_V2_LISTS = (
    "cluster", "hosts", "ha/", "storage_containers/", "images/", "networks/", "volume_groups/",
    "cluster/domain_fault_tolerance_status/NODE",
)
_FEW = {"$page": 0, "$limit": 25}


def look_at_central(contact: Contact) -> None:
    """Versions, lists, and how what is not there is answered."""
    for namespace in _NAMESPACES:
        path = f"/api/{namespace}/unversioned/info"
        answer = contact.ask("5", f"Version of {namespace}", "OPTIONS", path, quiet=True)
        if answer is not None:
            contact.found("5", f"Version of {namespace}: {answer.status} {answer.text[:60]}")
    for namespace, path in _V4_LISTS:
        answer = contact.ask("–", path, "GET", _v4(contact, namespace, path), params=_FEW)
        if answer is not None and path == "/config/clusters":
            _headers(contact, answer.headers)
    nobody = _FEW | {"$filter": "name eq 'slipway-nobody'"}
    answer = contact.ask(
        "–", "A list without entries", "GET", _v4(contact, "vmm", "/ahv/config/vms"),
        params=nobody, quiet=True,
    )
    body = answer.json() if answer is not None and answer.ok else None
    if isinstance(body, dict):
        contact.found("–", f"A list without entries has `data`: {'data' in body}")
    vm = _v4(contact, "vmm", f"/ahv/config/vms/{UNKNOWN}")
    contact.ask("1", "Unknown machine", "GET", vm)
    group = _v4(contact, "volumes", f"/config/volume-groups/{UNKNOWN}")
    contact.ask("7", "Unknown volume group", "GET", group)
    for cluster in contact.client.clusters():
        proxied = {"proxyClusterUuid": cluster.ext_id}
        contact.ask("4", f"v2 for {cluster.name}", "GET", f"{_V2}/ha", params=proxied)


def look_at_element(contact: Contact) -> None:
    """The same of v2."""
    for path in _V2_LISTS:
        answer = contact.ask("4", path, "GET", f"{_V2}/{path}")
        if answer is not None and path == "cluster":
            _headers(contact, answer.headers)
    for path in ("vms/", "images/"):
        few = {"count": "1", "page": "1"}
        answer = contact.ask("8", f"{path} one a page", "GET", f"{_V2}/{path}", params=few)
        body = answer.json() if answer is not None and answer.ok else None
        if isinstance(body, dict):
            entries = len(body.get("entities") or [])
            contact.found("8", f"{path} one a page: {entries} of {body.get('metadata')}")
    contact.ask("8", "Unknown machine", "GET", f"{_V2}/vms/{UNKNOWN}")
    contact.ask("8", "Unknown task", "GET", f"{_V2}/tasks/{UNKNOWN}")


def try_wrong_password(contact: Contact, session: PrismSession) -> None:
    """Once, on purpose: how a 401 looks. `session` has the wrong one."""
    heard: list[int] = []
    session.repeats = 0
    try:
        path = f"{_V2}/cluster"
        if contact.client.kind == "pc_v4":
            path = _v4(contact, "clustermgmt", "/config/clusters")
        heard.append(session.send("GET", path).status)
    except PrismError as error:
        contact.found("1", f"Wrong password: {error.message} (see the transcript)")
    else:
        contact.found("1", f"Wrong password: HTTP {heard[0]}, which is no refusal")


def _v4(contact: Contact, namespace: str, path: str) -> str:
    return f"/api/{namespace}/v4.{contact.client.v4.minor(namespace)}{path}"


def _headers(contact: Contact, headers: object) -> None:
    names = sorted(name for name in headers if name.lower().startswith("x-"))
    contact.found("3", f"Headers: {', '.join(f'{name}: {headers[name]}' for name in names)}")
