"""Asking an outside authority: the key stays, a wrong answer leaves the request open."""

import pytest

from certificates.models import SigningRequest
from certificates.problems import Refused
from certificates.services import answer, request_signature
from certificates.signing import sign_authority, sign_leaf, to_pem
from tests.certificates.outside import NOW, Outside

pytestmark = pytest.mark.django_db


@pytest.fixture
def outside():
    return Outside()


@pytest.fixture
def request_row():
    return request_signature("reg.corp.example", names=["reg.corp.example"])


def chain(outside):
    return "".join(map(to_pem, outside.chain()))


def signed(outside, row, **changes):
    """What the authority would sign for the key of the request."""
    from certificates.keys import key_from_pem

    values = {"names": ["reg.corp.example"], "addresses": [], "usage": "server", "now": NOW,
              "days": 90} | changes
    return to_pem(sign_leaf("reg.corp.example", key_from_pem(row.key_pem), signer=outside.middle,
                            **values))


def test_the_answer_takes_the_key_over(outside, request_row):
    key = request_row.key_pem

    made = answer(request_row, certificate_pem=signed(outside, request_row) + chain(outside))

    assert made.key_pem == key
    assert not SigningRequest.objects.exists()


@pytest.mark.parametrize(("changes", "reason"), [
    ({"names": ["other.example"]}, "not valid for reg.corp.example"),
    ({"usage": "client"}, "no serverAuth"),
])
def test_a_wrong_answer_leaves_the_request_open(outside, request_row, changes, reason):
    with pytest.raises(Refused, match=reason):
        answer(request_row, certificate_pem=signed(outside, request_row, **changes)
               + chain(outside))

    assert SigningRequest.objects.get().key_pem


def test_the_answer_to_another_request_is_refused(outside, request_row):
    other = request_signature("reg.corp.example", names=["reg.corp.example"])

    with pytest.raises(Refused, match="belongs to another certificate"):
        answer(request_row, certificate_pem=signed(outside, other) + chain(outside))


def test_a_server_certificate_is_no_answer_for_an_authority(outside):
    row = request_signature("Registry authority", purpose="authority")

    with pytest.raises(Refused, match="is not an authority"):
        answer(row, certificate_pem=signed(outside, row) + chain(outside))


def test_an_authority_is_no_answer_for_a_server(outside, request_row):
    from certificates.keys import key_from_pem

    made = sign_authority("reg.corp.example", key_from_pem(request_row.key_pem), now=NOW, days=90,
                          signer=outside.root)

    with pytest.raises(Refused, match="It is an authority"):
        answer(request_row, certificate_pem=to_pem(made) + chain(outside))


def test_every_reason_against_a_request_at_once():
    with pytest.raises(Refused) as refused:
        request_signature("bad_name", names=["bad_name"], addresses=["1.2.3"])

    assert len(refused.value.problems) == 2
