"""The fault table as docs/nutanix.md shows it."""

from tests.hosts.faults.rows import ROWS, Outcome, Row

HEAD = (
    "| # | Situation | Retry rule | Prism | Slipway says | Asked | Ends | Machines |",
    "|---|---|---|---|---|---|---|---|",
)


def table() -> str:
    """One line per situation and Prism; one for both where nothing differs."""
    lines = [line for row in ROWS for line in _lines(row)]
    return "\n".join((*HEAD, *lines))


def _lines(row: Row) -> list[str]:
    if row.central == row.element:
        return [_line(row, "both", row.central)]
    return [_line(row, "Central", row.central), _line(row, "Element", row.element)]


def _line(row: Row, prism: str, told: Outcome | None) -> str:
    start = f"| {row.number} | {row.situation} | {row.rule} | {prism}"
    if told is None:
        return f"{start} | cannot happen there | | | |"
    says = f"“{told.says}”" if told.says else "–"
    end = "failed, *Resume* succeeds" if told.end == "failed" else told.end
    return f"{start} | {says} | {told.sent} × {row.call} | {end} | {told.machines} |"


if __name__ == "__main__":
    print(table())  # noqa: T201 - to be pasted into docs/nutanix.md
