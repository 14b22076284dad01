"""Every row of the fault table, on both kinds of Prism: sentence, retries, end, machines."""

from pathlib import Path

import pytest

from tests.hosts.faults.engine import Engines
from tests.hosts.faults.rows import ROWS
from tests.hosts.faults.stage import Stage
from tests.hosts.faults.table import table

pytestmark = pytest.mark.django_db
CASES = [
    pytest.param(row, kind, id=f"{row.number}-{kind}")
    for row in ROWS for kind in ("pc_v4", "pe_v2")
    if (row.central if kind == "pc_v4" else row.element)
]


@pytest.fixture(autouse=True)
def _pipelines(settings):
    settings.PIPELINES = "tests.hosts.faults.pipelines.PIPELINES"


@pytest.fixture
def engines():
    with Engines() as engines:
        yield engines


@pytest.mark.parametrize(("row", "kind"), CASES)
def test_a_fault(row, kind, prism, carry_out, monkeypatch, engines):
    stage = Stage(prism, kind, carry_out, monkeypatch, engines)
    told = row.central if kind == "pc_v4" else row.element
    row.arm(stage)

    ended = stage.run(row.kind)

    assert ended.state == told.end, ended
    assert told.says in f"{ended.reason} {ended.advice}", ended
    ids = stage.refused_logins() if row.call == "401" else stage.sent(row.call)
    assert len(ids) == told.sent, ended
    assert len(set(ids)) == 1 or not told.one_id
    assert told.waits in (None, tuple(stage.pauses))
    assert len(prism.vms) == told.machines
    if told.end == "failed":
        row.mend(stage)
        again = stage.resume(ended)
        assert again.state == "succeeded", again
        if row.kind == "make-all":
            assert (len(prism.vms), len(prism.volume_groups)) == (1, 1)


def test_the_table_knows_every_situation_of_the_reference():
    numbers = {int(row.number.rstrip("abc")) for row in ROWS}

    assert numbers == set(range(1, 35))


def test_the_documentation_shows_this_very_table():
    text = (Path(__file__).parents[3] / "docs/nutanix.md").read_text()

    assert table() in text, "Run: python -m tests.hosts.faults.table"
