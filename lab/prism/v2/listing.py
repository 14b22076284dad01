"""v2 lists and answers: an empty list is `[]`, a change answers a task id (nutanix.md 2.0.2)."""

from lab.prism.call import Answer, Call
from lab.prism.odata import value_at
from lab.prism.refusals import Refused
from lab.prism.tasks import Task

PREFIXES = ("vm_", "image_", "volume_group_", "storage_container_")


def many(call: Call, shown: list[dict]) -> Answer:
    """A list, cut down by `filter`, `search_string`, `page` and `count`."""
    total = len(shown)
    for condition in filter(None, call.query.get("filter", "").split(";")):
        shown = [item for item in shown if _meets(item, condition)]
    searched = call.query.get("search_string") or call.query.get("searchString")
    if searched:
        shown = [item for item in shown if searched.lower() in item["name"].lower()]
    found, asked = len(shown), call.query if call.knobs.v2_pages else {}
    page, count = int(asked.get("page") or 1), asked.get("count", "")
    size = int(count) if count.isdecimal() else call.knobs.v2_page_size
    if size:
        shown = shown[(page - 1) * size : page * size]
    metadata = {
        "grand_total_entities": total,
        "total_entities": found,
        "count": len(shown),
        "start_index": 1,
        "end_index": len(shown),
        "page": page,
        "filter_criteria": call.query.get("filter", ""),
    }
    return Answer(200, {"metadata": metadata, "entities": shown})


def _meets(item: dict, condition: str) -> bool:
    field, sign, wanted = condition.partition("==")
    if not sign:
        raise Refused(422, "", "", f"Cannot parse the filter: {condition}")
    for prefix in PREFIXES:
        if field not in item:
            field = field.removeprefix(prefix)
    return str(value_at(item, field)) == wanted


def accepted(call: Call, task: Task) -> Answer:
    """The id of the task that does the work."""
    return Answer(call.knobs.v2_change_status, {"task_uuid": task.uuid})


def missing(kind: str, uuid: str) -> Refused:
    """404 for an id that nobody knows."""
    return Refused(404, "", "", f"{kind} with UUID {uuid} does not exist.")
