"""The access table (table.txt): who gets what answer from every address of the console.

An address that the resolver has and the table has not fails here: decide who may do what there.
"""

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.access.addresses import Address, addresses
from tests.access.people import OUTSIDERS, PEOPLE, browsers
from tests.access.table import REFUSALS, letter_of, table
from tests.access.things import MARK, thing_of

pytestmark = pytest.mark.django_db

ADDRESSES = addresses()
# A list that ran out is signed anew for whoever asks.
_SIGNED_ON_DEMAND = {
    "certificates:authority-revocations", "certificates:authority-revocations-pem",
    "admin:certificates_authority_download_revocation_list",
}
# Sessions, sign-ins and one's own calendar key are everybody's; and all of it is on record.
_EVERYBODYS = ("django_session", "axes_access", "certificates_calendarkey", "auditlog_logentry")
_OTHERS_DECIDE = {"portal:approve", "portal:reject", "portal:retry"}
# Names of what is blue's stand there on purpose: clients fetch them without a login.
_PUBLIC = {"deployments:trust-script", "deployments:trust-files", "deployments:trust-authority"}


def test_every_address_has_a_line_and_every_line_an_address():
    assert set(table()) == set(ADDRESSES)


@pytest.mark.parametrize("room", sorted({address.room for address in ADDRESSES.values()}))
@pytest.mark.parametrize("method", ["get", pytest.param("post", marks=pytest.mark.full)])
def test_everybody_gets_the_answer_of_the_table(room, method, queues):
    thing, people, wrong = thing_of(room), browsers(), []

    for address in [each for each in ADDRESSES.values() if each.room == room]:
        expected = table().get(address.name, ("", ""))[method == "post"]
        letters = ""
        for name in PEOPLE:
            answer, queries = ask(people[name], method, address.of(thing))
            letters += letter_of(answer)
            wrong += [f"{address.name} {method} as {name}: {problem}"
                      for problem in problems(address, method, name, answer, queries)]
        if letters != expected:
            wrong.append(f"{address.name} {method}: {letters}, the table says {expected}")

    assert not wrong, "\n" + "\n".join(wrong)


def ask(
    browser: Client, method: str, page: str, data: dict | None = None
) -> tuple[HttpResponse, list[str]]:
    """The answer and what it changed in the database; then all of it is undone."""
    cookies = browser.cookies.copy()
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        answer = getattr(browser, method)(page, data)
        transaction.set_rollback(True)
    browser.cookies = cookies
    return answer, [each["sql"] for each in asked if is_a_change(each["sql"])]


def problems(
    address: Address, method: str, name: str, answer: HttpResponse, queries: list[str]
) -> list[str]:
    """Only who may change something changes it, by POST; outsiders read nothing of blue's."""
    may_change = method == "post" and letter_of(answer) not in REFUSALS and not (
        name == "auditor" or (name == "requester" and address.name in _OTHERS_DECIDE)
    )
    found = [] if may_change or address.name in _SIGNED_ON_DEMAND else [
        f"wrote {query[:200]}" for query in queries
    ]
    if name in OUTSIDERS and address.name not in _PUBLIC and not answer.streaming:
        found += [f"tells {MARK}"] if MARK.encode() in answer.content else []
    return found


def is_a_change(query: str) -> bool:
    begins = query.lstrip("( ").split(" ", 1)[0].upper()
    return begins in ("INSERT", "UPDATE", "DELETE") and not any(
        name in query for name in _EVERYBODYS
    )
