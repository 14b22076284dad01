"""v4 envelopes: every object typed, empty lists without `data` (nutanix.md 2.0)."""

from lab.prism.call import Answer, Call
from lab.prism.entities import Entity
from lab.prism.paging import cut
from lab.prism.tasks import Task

REVISIONS = {"prism": "v4.r4", "networking": "v4.r4", "common": "v1.r0"}


def typed(type_name: str, **fields: object) -> dict:
    """A v4 object: its type, the revision of that type, its fields."""
    revision = REVISIONS.get(type_name.partition(".")[0], "v4.r3")
    return {"$objectType": type_name, "$reserved": {"$fv": revision}, **fields}


def entity(type_name: str, of: Entity, **fields: object) -> dict:
    """A v4 object with an id of its own."""
    return typed(type_name, extId=of.uuid, links=None, tenantId=None, **fields)


def ipv4(value: str, prefix_length: int = 32) -> dict:
    """An IPv4 address as v4 writes it."""
    return typed("common.v1.config.IPv4Address", value=value, prefixLength=prefix_length)


def ip_address(value: str) -> dict:
    """An address of either family, here IPv4."""
    return typed("common.v1.config.IPAddress", ipv4=ipv4(value))


def one(call: Call, shown: dict, response: str, *, of: Entity | None = None) -> Answer:
    """An answer with one object; with `of`, tagged with the entity's version."""
    headers = {}
    if of is not None:
        place = call.knobs.etag_in
        if place != "body":
            headers["X-Ntnx-Etag" if place == "x-header" else "ETag"] = of.etag
        if place in ("both", "body"):
            shown["$reserved"]["ETag"] = of.etag
    return Answer(200, _wrapped(call, shown, response, paginated=False), headers)


def many(call: Call, shown: list[dict], response: str) -> Answer:
    """One page of a list; the key `data` is missing when there is nothing to show."""
    page, total = cut(shown, call.query)
    body = _wrapped(call, page, response, paginated=True)
    body["metadata"]["totalAvailableResults"] = total
    if page:
        body["$dataItemDiscriminator"] = f"List<{page[0]['$objectType']}>"
    else:
        del body["data"]
    return Answer(200, body)


def accepted(call: Call, task: Task, response: str) -> Answer:
    """202 with the reference of the task that does the work."""
    reference = typed("prism.v4.config.TaskReference", extId=task.ext_id)
    reference["$reserved"]["$fv"] = "v4.r2"
    return Answer(202, _wrapped(call, reference, response, paginated=False))


def _wrapped(call: Call, data: object, response: str, *, paginated: bool) -> dict:
    flags = [{"name": "hasError", "value": False}, {"name": "isPaginated", "value": paginated}]
    links = [{"rel": "self", "href": f"https://{call.headers.get('host', '')}{call.path}"}]
    metadata = typed("common.v1.response.ApiResponseMetadata", flags=flags, links=links)
    return {"data": data, "metadata": metadata, **typed(response)}
