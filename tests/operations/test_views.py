"""The operation's page, its log, its buttons, for those who may and those who may not."""

import pytest
from django.urls import reverse

from operations import runner, services
from operations.models import Operation

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(group):
    found = services.start("build", group, owner=group, parameters={"crash": True})
    runner.execute(found.pk, threads=False)
    found.refresh_from_db()
    return found


def address(operation, name="operation"):
    return reverse(f"operations:{name}", args=[operation.uuid])


NAMES = ("operation", "lines", "log")


@pytest.mark.parametrize("name", NAMES)
def test_asks_strangers_to_sign_in(client, operation, name):
    answer = client.get(address(operation, name))

    assert (answer.status_code, "login" in answer["Location"]) == (302, True)


@pytest.mark.parametrize("name", [*NAMES, "cancel", "resume"])
def test_does_not_exist_for_those_who_may_not_see_it(client, operation, eve, name):
    client.force_login(eve)
    method = client.post if name in ("cancel", "resume") else client.get

    assert method(address(operation, name)).status_code == 404


def test_shows_steps_lines_and_what_to_do(client, operation, ben):
    client.force_login(ben)

    text = client.get(address(operation)).content.decode()

    assert "Build: sailors" in text
    assert "Raise the mast" in text
    assert "Keel laid with •••" in text
    assert "fault inside Slipway" in text
    assert "hunter2" not in text


def test_offers_buttons_only_to_those_who_may_press_them(client, operation, ada, ben):
    client.force_login(ben)
    assert address(operation, "resume") not in client.get(address(operation)).content.decode()

    client.force_login(ada)
    assert address(operation, "resume") in client.get(address(operation)).content.decode()


def test_a_button_needs_a_post_and_the_permission(client, operation, ada, ben):
    client.force_login(ben)
    assert client.get(address(operation, "resume")).status_code == 405
    client.post(address(operation, "resume"))
    operation.refresh_from_db()
    assert operation.state == "failed"

    client.force_login(ada)
    client.post(address(operation, "resume"))
    operation.refresh_from_db()
    assert operation.state == "queued"


def test_a_refusal_is_shown_on_the_page(client, operation, ada):
    client.force_login(ada)

    answer = client.post(address(operation, "cancel"), follow=True)

    assert "has ended already" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
async def test_the_log_downloads_whole(async_client, operation, ben):
    await async_client.aforce_login(ben)

    answer = await async_client.get(address(operation, "log"))
    text = b"".join([part async for part in answer.streaming_content]).decode()

    assert len(text.splitlines()) == operation.last_line
    assert "[lay-keel] Keel laid with •••" in text
    assert "ERROR: Step “Launch” met a fault" in text


def lines(client, operation, **query):
    return client.get(address(operation, "lines"), query).json()


def test_pages_backwards_and_forwards_through_lines(client, group, ada):
    found = services.start("write", group, parameters={"lines": 30})
    runner.execute(found.pk, threads=False)
    client.force_login(ada)

    back = lines(client, found, before=20, limit=5)
    assert ([line["n"] for line in back["lines"]], back["more"]) == ([15, 16, 17, 18, 19], True)
    on = lines(client, found, after=20, limit=5)
    assert [line["n"] for line in on["lines"]] == [21, 22, 23, 24, 25]
    assert lines(client, found, before=3)["more"] is False


def test_finds_lines_by_words_step_and_level(client, operation, ada):
    client.force_login(ada)

    assert len(lines(client, operation, q="KEEL LAID")["lines"]) == 1
    assert {line["step"] for line in lines(client, operation, step="paint")["lines"]} == {"paint"}
    levels = {line["level"] for line in lines(client, operation, level="warning")["lines"]}
    assert levels == {"warning", "error"}


@pytest.mark.parametrize("query", [{"before": "-1"}, {"after": "x"}, {"level": "loud"}])
def test_refuses_queries_that_make_no_sense(client, operation, ada, query):
    client.force_login(ada)

    assert client.get(address(operation, "lines"), query).status_code == 400


@pytest.mark.parametrize("kind", ["operation", "schedule"])
def test_the_admin_shows_and_deletes_nothing(client, operation, admin_user, kind):
    client.force_login(admin_user)

    assert client.get(reverse(f"admin:operations_{kind}_changelist")).status_code == 200
    if kind == "operation":
        pk = Operation.objects.get().pk
        change = client.get(reverse("admin:operations_operation_change", args=[pk]))
        assert change.status_code == 200
        delete = client.post(reverse("admin:operations_operation_delete", args=[pk]))
        assert delete.status_code == 403
