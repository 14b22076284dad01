"""An archive goes up in blocks, with a bar, through a restart of the console and a reload."""

from pathlib import Path

import pytest
from django.urls import reverse

from deployments.intake import parts
from deployments.models import IncomingArchive, Release
from lib.sizes import MIB
from operations import runner
from operations.models import Operation
from tests.deployments.intake.archives import NAME, make_archive

pytestmark = pytest.mark.browser
PAGE = "/admin/deployments/release/upload/"


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / NAME
    path.write_bytes(make_archive(padding=40 * MIB))
    return path


@pytest.fixture(autouse=True)
def releases(console, settings):
    """The folder of the console under test, emptied afterwards."""
    settings.RELEASES_DIR = Path(console.environment["SLIPWAY_DATA_DIR"], "releases")
    settings.PIPELINES = "tests.browser.pipelines.PIPELINES"
    yield settings.RELEASES_DIR
    for incoming in IncomingArchive.objects.all():
        parts.discard(incoming)
    for path in settings.RELEASES_DIR.glob("*.tgz"):
        path.unlink()


def choose(page, archive):
    page.goto(PAGE)
    page.get_by_label("Archive", exact=True).set_input_files(archive)
    return page


def upload(page):
    page.get_by_role("button", name="Upload").click()


class Gate:
    """Lets as many blocks through as it is told, and breaks the connection of the others."""

    def __init__(self, page):
        self.left = 0
        page.route("**/release/upload/*-*/", self._meet)

    def _meet(self, route):
        if route.request.method != "PUT":
            route.continue_()
        elif self.left:
            self.left -= 1
            route.continue_()
        else:
            route.abort("connectionreset")


def test_goes_up_and_leads_to_the_live_page(page, archive, releases):
    choose(page, archive)

    upload(page)

    page.wait_for_url("**/operations/*/")
    operation = Operation.objects.get()
    runner.execute(operation.pk, threads=False)
    page.get_by_text("Harbor v2.15.2 is registered and can be deployed.").wait_for()
    assert (releases / NAME).read_bytes() == archive.read_bytes()
    assert Release.objects.get().version == "v2.15.2"


def test_a_reload_goes_on_where_it_was(page, archive):
    gate = Gate(page)
    gate.left = 2
    choose(page, archive)
    upload(page)
    page.get_by_text("Connection lost. Going on by itself").wait_for()
    bar = page.get_by_label("Progress of the upload")
    assert bar.get_attribute("max") == str(archive.stat().st_size)
    assert bar.get_attribute("value") == str(16 * MIB)
    assert page.get_by_text("16 MiB of").is_visible()

    choose(page, archive)
    assert page.get_by_role("cell", name=NAME).is_visible()
    sent = []
    page.on("request", lambda request: sent.append(request.headers.get("content-range")))
    gate.left = 99
    upload(page)

    page.wait_for_url("**/operations/*/")
    ranges = [one for one in sent if one]
    assert ranges[0].startswith(f"bytes {16 * MIB}-")
    page.complaints.clear()  # the connections that were broken on purpose


def test_goes_on_by_itself_after_a_restart_of_the_console(page, console, archive, releases):
    gate = Gate(page)
    gate.left = 2
    choose(page, archive)
    upload(page)
    page.get_by_text("Connection lost. Going on by itself").wait_for()

    console.stop()
    gate.left = 99
    console.start()

    page.wait_for_url("**/operations/*/")
    runner.execute(Operation.objects.get().pk, threads=False)
    assert (releases / NAME).read_bytes() == archive.read_bytes()
    page.complaints.clear()  # the refused connections meanwhile


def test_pauses_and_continues(page, archive):
    gate = Gate(page)
    gate.left = 1
    choose(page, archive)
    upload(page)
    page.get_by_text("Connection lost.").wait_for()

    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused. What has arrived is kept.").wait_for()
    gate.left = 99
    upload(page)

    page.wait_for_url("**/operations/*/")
    page.complaints.clear()


def test_a_refusal_says_what_to_do(page, tmp_path):
    path = tmp_path / "harbor (1).tgz"
    path.write_bytes(b"x")
    choose(page, path)

    upload(page)

    page.get_by_text("is no file name of an installer archive.").wait_for()
    assert page.get_by_text("end it in .tgz").is_visible()
    page.complaints.clear()  # the browser reports the status 422


def test_what_arrived_in_part_can_be_discarded(page, archive):
    gate = Gate(page)
    gate.left = 1
    choose(page, archive)
    upload(page)
    page.get_by_text("Connection lost.").wait_for()
    page.goto(PAGE)

    page.get_by_role("button", name="Discard").click()

    page.get_by_role("cell", name=NAME).wait_for(state="hidden")
    assert not IncomingArchive.objects.exists()
    page.complaints.clear()


def test_the_list_of_releases_leads_there(page):
    page.goto(reverse("admin:deployments_release_changelist"))

    page.get_by_role("link", name="Upload an archive").first.click()

    page.wait_for_url(f"**{PAGE}")
