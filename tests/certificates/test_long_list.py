"""The list of certificates keeps its order on every page, and finds by words."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.certificates.rows import make_certificate_row

pytestmark = pytest.mark.django_db
LIST = reverse("admin:certificates_certificate_changelist")


def names(client, query=""):
    rows = client.get(f"{LIST}?{query}").context["cl"].result_list
    return [row.common_name for row in rows]


@pytest.fixture
def rows(db):
    """Sixty, the last one made ends first."""
    now = timezone.now()
    return [
        make_certificate_row(number, not_after=now + timedelta(days=100 - number)).common_name
        for number in range(60)
    ]


def test_the_pages_together_are_the_list_in_its_order(ada, rows):
    assert names(ada) + names(ada, "p=2") == rows[::-1]


def test_another_order_holds_on_every_page(ada, rows):
    assert names(ada, "o=1") + names(ada, "o=1&p=2") == sorted(rows)


def test_finds_by_serial_and_issuer(ada, rows):
    assert names(ada, "q=host-7.example") == ["host-7.example.com"]
    assert len(names(ada, "q=cn=outside")) == 30
    assert names(ada, "q=xyzzy") == []


def test_counts_what_a_search_finds_with_and_without_filters(ada, rows):
    def counted(query):
        return ada.get(f"{LIST}?{query}").context["cl"].result_count

    assert counted("q=cn=outside&p=2") == 60
    assert counted("q=host-7.example") == 1
    assert counted("q=cn=outside&state__exact=revoked") == 0


def test_asks_few_questions(ada, rows, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        names(ada, "q=example&state__exact=valid&p=2")
