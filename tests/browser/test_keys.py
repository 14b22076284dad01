"""The keys of look.md, in the admin and on our own pages: / searches, j and k walk, ? tells."""

import pytest

from deployments.models import Release
from tests.browser import rows

pytestmark = pytest.mark.browser

DIALOG = {"name": "Keys"}
LIST, LIVE = "/admin/operations/operation/", "/operations/{uuid}/"


@pytest.fixture
def operations(page):
    """The newest first, as the list shows them."""
    made = [rows.make_operation(title=f"Deploy reg-0{n}", object_id=str(n)) for n in (1, 2, 3)]
    return made[::-1]


def focused(page):
    return page.evaluate("document.activeElement.textContent.trim()")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_j_and_k_walk_the_rows_of_a_list_and_enter_opens_one(page, operations):
    page.goto(LIST)
    links = page.locator("#result_list tbody th a")
    titles = [text.strip() for text in links.all_text_contents()]

    press(page, "k")
    assert focused(page) == titles[0], "the first key goes to the first row"
    press(page, "j", "j")
    assert focused(page) == titles[2]
    press(page, "j")
    assert focused(page) == titles[2], "the last row holds it"
    press(page, "k")
    assert focused(page) == titles[1]
    press(page, "Enter")

    page.wait_for_url(f"**{LIST}{operations[1].pk}/change/")


def test_j_walks_the_steps_of_an_operation(page, operations):
    page.goto(LIVE.format(uuid=operations[0].uuid))
    titles = page.locator("[data-steps] [data-part=title]").all_text_contents()

    press(page, "j", "j")

    assert titles[1] in focused(page)


@pytest.mark.parametrize(("address", "box"), [(LIST, "#searchbar"), (LIVE, "[data-search]")])
def test_a_slash_searches_and_is_not_typed(page, operations, address, box):
    page.goto(address.format(uuid=operations[0].uuid))
    page.locator(box).wait_for()

    press(page, "/", "j", "?", "f")

    assert page.locator(box).input_value() == "j?f", "what is typed is text, not a key"
    assert not page.get_by_role("dialog", **DIALOG).is_visible()


@pytest.mark.parametrize(
    ("address", "told"),
    [(LIST, {"/", "j k", "?"}), (LIVE, {"f", "/", "j k", "?"}), ("/admin/", {"j k", "?"})],
)
def test_a_question_mark_tells_the_keys_of_this_page(page, operations, address, told):
    page.goto(address.format(uuid=operations[0].uuid))

    press(page, "?")

    dialog = page.get_by_role("dialog", **DIALOG)
    dialog.wait_for()
    assert {dt.inner_text() for dt in dialog.locator("dt:visible").all()} == told
    dialog.get_by_role("button", name="Close").click()
    assert not dialog.is_visible()


def test_a_page_without_rows_knows_no_keys_for_them(page):
    assert not Release.objects.exists()
    page.goto("/admin/deployments/release/")

    press(page, "j", "?")

    dialog = page.get_by_role("dialog", **DIALOG)
    dialog.wait_for()
    assert "j k" not in dialog.inner_text()
