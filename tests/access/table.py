"""Reads the access table, and says in its letters what an answer was."""

from pathlib import Path

from django.http import HttpResponse

from tests.access.people import PEOPLE

TABLE = Path(__file__).with_name("table.txt")
_LETTERS = {200: ".", 204: ".", 302: ">", 400: "!", 401: "u", 403: "x", 404: "0", 405: "m"}
# Whoever gets one of these was turned away.
REFUSALS = set("Lux0m")


def table() -> dict[str, tuple[str, str]]:
    """Name of the address -> the letters for GET and for POST, one for each of PEOPLE."""
    rows = [line.split() for line in TABLE.read_text().splitlines() if not line.startswith("#")]
    found = {row[0]: (row[1], row[2]) for row in rows if row}
    for name, letters in found.items():
        assert [len(part) for part in letters] == [len(PEOPLE)] * 2, name
    return found


def letter_of(answer: HttpResponse) -> str:
    place = answer.get("Location", "")
    if answer.status_code == 302 and place.startswith(("/login/?next=", "/admin/login/?next=")):
        return "L"
    return _LETTERS.get(answer.status_code, f"<{answer.status_code}>")
