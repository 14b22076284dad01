"""What a list shows, cut down to what the query asked for."""

from lab.prism.call import Call
from lab.prism.entities import Entity
from lab.prism.odata import matcher, value_at
from lab.prism.refusals import Invalid

ALWAYS_SHOWN = ("$objectType", "$reserved", "extId")
LARGEST_PAGE = 100
USUAL_PAGE = 50


def cut(items: list[dict], query: dict[str, str]) -> tuple[list[dict], int]:
    """One page of the items and how many there are in all. Raises Invalid (nutanix.md 2.0)."""
    if query.get("$filter"):
        wanted = matcher(query["$filter"])
        items = [item for item in items if wanted(item)]
    if query.get("$orderby"):
        items = _ordered(items, query["$orderby"])
    page = _number(query, "$page", 0, low=0, high=10**6)
    limit = _number(query, "$limit", USUAL_PAGE, low=1, high=LARGEST_PAGE)
    shown = items[page * limit : (page + 1) * limit]
    if query.get("$select"):
        shown = [_selected(item, query["$select"]) for item in shown]
    return shown, len(items)


def visible(call: Call, entities: dict[str, Entity]) -> list[Entity]:
    """What a list shows: young entities may be missing (the knob `list_lag_seconds`)."""
    lag = call.knobs.list_lag_seconds
    return [each for each in entities.values() if each.age >= lag]


def _number(query: dict[str, str], name: str, usual: int, *, low: int, high: int) -> int:
    text = query.get(name, str(usual))
    if not text.isdecimal() or not low <= int(text) <= high:
        raise Invalid((name, f"must be a number from {low} to {high}, not '{text}'"))
    return int(text)


def _ordered(items: list[dict], orderby: str) -> list[dict]:
    for part in reversed(orderby.split(",")):
        path, _, direction = part.strip().partition(" ")
        if direction.strip() not in ("", "asc", "desc") or not path:
            raise Invalid(("$orderby", f"Cannot parse the order: {orderby}"))
        items = sorted(
            items,
            key=lambda item: (value_at(item, path) is not None, value_at(item, path) or ""),
            reverse=direction.strip() == "desc",
        )
    return items


def _selected(item: dict, select: str) -> dict:
    names = {name.strip().partition("/")[0] for name in select.split(",")}
    shown = {key: value for key, value in item.items() if key in names or key in ALWAYS_SHOWN}
    return shown | {"$objectType": item["$objectType"] + "Projection"}
