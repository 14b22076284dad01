"""Filters, order and pages of Prism's lists."""

import pytest

from lab.prism.odata import matcher
from lab.prism.paging import cut
from lab.prism.refusals import Invalid

VM = {
    "$objectType": "vmm.v4.ahv.config.Vm",
    "extId": "a1",
    "name": "o'brien",
    "numSockets": 2,
    "powerState": "ON",
    "cluster": {"extId": "c1"},
    "categories": [{"extId": "k1"}, {"extId": "k2"}],
    "config": {"clusterFunction": ["AOS", "ONE_NODE"]},
    "isHidden": False,
}


@pytest.mark.parametrize(
    "text",
    [
        "name eq 'o''brien'",
        "name ne 'x'",
        "cluster/extId eq 'c1' and powerState eq 'ON'",
        "name eq 'x' or numSockets ge 2",
        "not (name eq 'x')",
        "contains(name,'brie') and startswith(name, 'o') and endswith(name,'n')",
        "extId in ('a0', 'a1')",
        "categories/any(c:c/extId eq 'k2')",
        "config/clusterFunction/any(t:t eq Clustermgmt.Config.ClusterFunctionRef'AOS')",
        "powerState eq Vmm.Ahv.Config.PowerState'ON'",
        "isHidden eq false and description eq null",
        "numSockets gt 1 and numSockets lt 3",
    ],
)
def test_filter_finds_the_machine(text: str) -> None:
    assert matcher(text)(VM)


@pytest.mark.parametrize(
    "text",
    [
        "name eq 'brien'",
        "cluster/extId eq 'c2'",
        "categories/any(c:c/extId eq 'k3')",
        "name eq 'x' and powerState eq 'ON'",
        "missing eq 'x'",
        "name gt 3",
    ],
)
def test_filter_leaves_the_machine_out(text: str) -> None:
    assert not matcher(text)(VM)


@pytest.mark.parametrize(
    "text",
    ["name", "name eq", "name like 'x'", "name eq 'x' and", "(name eq 'x'", "eq 'x'", "name eq x"]
    + ["length(name) eq 3", "name eq 'x' 'y'", "name eq 'x", "'x' eq name", "name in ()", "§"],
)
def test_refuses_what_it_does_not_understand(text: str) -> None:
    with pytest.raises(Invalid, match="filter"):
        matcher(text)


def make_items(count: int) -> list[dict]:
    return [{"$objectType": "x.Y", "extId": str(n), "name": f"n{n:03}"} for n in range(count)]


def test_shows_fifty_unless_told_otherwise() -> None:
    shown, total = cut(make_items(120), {})

    assert (len(shown), total) == (50, 120)


def test_the_last_page_is_short_and_the_next_one_empty() -> None:
    items = make_items(120)

    assert len(cut(items, {"$page": "1", "$limit": "100"})[0]) == 20
    assert cut(items, {"$page": "2", "$limit": "100"}) == ([], 120)


@pytest.mark.parametrize("query", [{"$limit": "0"}, {"$limit": "101"}, {"$page": "-1"}])
def test_refuses_pages_that_cannot_be(query: dict) -> None:
    with pytest.raises(Invalid):
        cut(make_items(1), query)


def test_orders_downwards_and_selects_fields() -> None:
    shown, _ = cut(make_items(3), {"$orderby": "name desc", "$select": "name"})

    assert [item["name"] for item in shown] == ["n002", "n001", "n000"]
    assert shown[0]["$objectType"] == "x.YProjection"
    with pytest.raises(Invalid):
        cut(make_items(3), {"$orderby": "name sideways"})
