"""Whatever is handed in broken is refused: with its reasons, quickly, and nothing is kept."""

import random
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from certificates.models import Certificate
from certificates.problems import Refused
from certificates.team_requests import problems_with_team_request, read_team_request
from certificates.uploads import problems_with_upload, read_upload, record_upload
from tests.certificates import crafted
from tests.certificates.broken import CASES
from tests.certificates.outside import Outside

pytestmark = pytest.mark.django_db
# Of our own CPU, so a busy machine does not count; the slowest opens a key with its password.
LONGEST = 3.0
LONGEST_REASONS = 2000


@pytest.fixture(scope="module")
def pki():
    return Outside()


def test_there_are_enough_of_them():
    assert len({case.name for case in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=str)
def test_says_why_and_keeps_nothing(case, pki):
    given = case.given(pki)
    began = time.process_time()

    with pytest.raises(Refused) as refused:
        record_upload(read_upload(**given), names=["reg.corp.example"])

    assert time.process_time() - began < LONGEST
    for reason in case.reasons:
        assert reason in refused.value.message
    assert len(refused.value.message) < LONGEST_REASONS
    assert all(problem.endswith((".", "…")) for problem in refused.value.problems)
    assert not Certificate.objects.exists()


@pytest.mark.parametrize("case", CASES[::6], ids=str)
def test_the_page_says_it_too(case, pki, admin_client):
    given = case.given(pki)

    answer = admin_client.post(reverse("admin:certificates_certificate_upload"), {
        "certificate_text": given.get("certificate_pem", "") + given.get("chain_pem", ""),
        "key_text": given.get("key_pem", ""), "password": given.get("password", ""),
        "served_names": "reg.corp.example",
        **({"file": SimpleUploadedFile("a.p12", given["file"])} if given.get("file") else {}),
    })

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode() or "errornote" in answer.content.decode()
    assert not Certificate.objects.exists()


def _damaged(chance, content):
    """One to four bytes changed, lost or put in between."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        at, kind = chance.randrange(len(data)), chance.random()
        if kind < 0.7:
            data[at] = chance.randrange(256)
        elif kind < 0.85:
            del data[at : at + 3]
        else:
            data[at:at] = chance.randbytes(3)
    return bytes(data)


# A length that was changed may still be read loosely, of which the library only warns.
@pytest.mark.filterwarnings("ignore:.*could not be parsed as DER:UserWarning")
@pytest.mark.parametrize("form", ["certificate", "text", "pkcs12", "request"])
def test_no_damage_ends_in_a_traceback(form, pki, authority):
    chance = random.Random(form)
    der = crafted.as_der(pki)
    began, refused = time.process_time(), 0
    for _ in range(300):
        try:
            if form == "request":
                asked = read_team_request(crafted.pem_of(
                    "CERTIFICATE REQUEST", _damaged(chance, der["request"])))
                problems = problems_with_team_request(authority, asked, usage="server", days=None)
            elif form == "text":
                problems = problems_with_upload(read_upload(**pki.texts() | {
                    "certificate_pem": crafted.pem_of("CERTIFICATE",
                                                      _damaged(chance, der["certificate"]))}))
            else:
                problems = problems_with_upload(read_upload(file=_damaged(chance, der[form])))
        except Refused as refusal:
            problems = refusal.problems
        refused += bool(problems)
        assert all(isinstance(problem, str) and problem for problem in problems)

    assert refused > 200  # the rest changed what no signature covers
    assert time.process_time() - began < 300 * LONGEST / 10
