"""The console in Chinese, in a real browser: no English is left, no page is pushed out of shape."""

import re

import pytest

from tests.browser.screenshots import failed, finished, inventory, running  # noqa: F401

pytestmark = pytest.mark.browser

# What the rows of these tests hold: reasons and advice of operations, names, and mails (which are
# written in the language of the setting).
_DATA = re.compile(
    r"CN=|Slipway console authority|Port 2376|Open TCP|Nobody can log in|Image pulls in Lyon|"
    r"Slipway cannot reach Prism|docker login|certificates end soon| end(s|ed) on "
)
# Log lines, evidence and what people typed stay as they are.
_ENGLISH = """() => {
  const kept = "code, pre, kbd, .mono, .lines, [data-part=evidence], [data-part=detail], textarea,"
    + "input, option, script, style, template, time, [lang=en], .material-symbols-outlined, #drawn";
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, parent = text.parentElement;
    if (!parent || parent.closest(kept) || !parent.checkVisibility()) continue;
    if (/[A-Za-z]{2,}( [A-Za-z]{2,}){2,}/.test(text.data)) found.add(text.data.trim());
  }
  return [...found];
}"""
_TOO_WIDE = """() => {
  const root = document.documentElement;
  return root.scrollWidth > root.clientWidth ? root.scrollWidth - root.clientWidth : 0;
}"""


@pytest.fixture
def chinese(page, console):
    page.context.add_cookies([
        {"name": "django_language", "value": "zh-hans", "url": console.url, "httpOnly": True}
    ])
    return page


@pytest.fixture
def addresses(running, finished, failed, inventory):  # noqa: F811
    """The main pages, each with something on it."""
    admin = "/admin/{}/".format
    instance, host = finished.pk, finished.host_id
    lists = (
        "deployments/harborinstance", "deployments/release", "operations/operation",
        "operations/schedule", "nutanix/prism", "nutanix/cluster", "hosts/dockerhost",
        "hosts/volume", "certificates/authority", "certificates/certificate",
        "certificates/signingrequest", "certificates/endpoint", "notices/delivery", "auth/user",
        "auth/group", "auditlog/logentry", "axes/accesslog",
    )
    forms = (
        "deployments/harborinstance/add", f"deployments/harborinstance/{instance}/change",
        f"deployments/harborinstance/{instance}/trust", "deployments/release/add",
        "deployments/release/upload", "deployments/release/fetch", "nutanix/prism/add",
        f"hosts/dockerhost/{host}/change", "certificates/certificate/add",
        "certificates/certificate/upload", f"certificates/certificate/{inventory.pk}/change",
        "certificates/signingrequest/add", "auth/user/add",
    )
    return [
        "/admin/", *map(admin, lists), *map(admin, forms), running.get_absolute_url(),
        failed.get_absolute_url(), "/certificates/report/", "/certificates/report/preview/",
        "/admin/no/such/page/",
    ]


@pytest.mark.full
def test_no_english_is_left_on_any_page(chinese, addresses):
    found = {}
    for address in addresses:
        chinese.goto(address)
        left = [text for text in chinese.evaluate(_ENGLISH) if not _DATA.search(text)]
        if left:
            found[address] = left
    chinese.complaints.clear()

    assert found == {}


@pytest.mark.full
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_is_wider_than_the_window(chinese, addresses, width):
    chinese.set_viewport_size({"width": width, "height": 800})
    found = {}
    for address in addresses:
        chinese.goto(address)
        too_wide = chinese.evaluate(_TOO_WIDE)
        if too_wide:
            found[address] = too_wide
    chinese.complaints.clear()

    assert found == {}


def test_the_language_is_changed_in_the_admin_and_outside(page, finished):  # noqa: F811
    page.goto("/certificates/report/")
    page.get_by_role("button", name="简体中文").click()
    page.get_by_role("heading", name="到期报告").first.wait_for()

    page.goto("/admin/")
    page.get_by_text("概览").first.wait_for()
    page.get_by_text("ada", exact=True).last.click()
    page.get_by_role("button", name="English").click()

    page.get_by_text("Overview").first.wait_for()
