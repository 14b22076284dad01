"""What an operator sees while an operation runs: it arrives without a reload."""

import pytest
from django.utils import timezone

from tests.browser import rows
from tests.operations.processes import eventually

pytestmark = pytest.mark.browser


def open_page(page, operation):
    page.goto(f"/operations/{operation.uuid}/")
    # The script has taken over when its controls are there.
    page.get_by_role("button", name="Follow").wait_for()
    return page


def line(page, text):
    return page.locator("[data-lines] li", has_text=text)


def step(page, slug):
    return page.locator(f'[data-steps] li[data-slug="{slug}"]')


def test_lines_arrive_without_a_reload(page):
    operation = rows.make_operation(lines=3)
    open_page(page, operation)

    rows.say(operation, "VM reg-01 is at 10.42.0.17")

    line(page, "VM reg-01 is at 10.42.0.17").wait_for()
    assert page.locator("[data-lines] li").count() == 4


def test_a_step_moves_on_with_its_progress(page):
    operation = rows.make_operation(running="load-images")
    open_page(page, operation)

    rows.change_step(operation, "load-images", done=3 * 1024**3, total=6 * 1024**3, unit="bytes")

    step(page, "load-images").get_by_text("3.0 GiB of 6.0 GiB").wait_for()
    assert step(page, "load-images").locator("progress").get_attribute("max") == str(6 * 1024**3)


def test_a_failure_says_what_to_do(page):
    operation = rows.make_operation(running="reach-docker")
    open_page(page, operation)

    advice = "Open TCP 2376 to the Docker subnet."
    rows.change_step(operation, "reach-docker", state="failed", finished_at=timezone.now(),
                     reason="Port 2376 does not answer.", advice=advice, detail="ConnectTimeout")
    rows.touch(operation, state="failed", finished_at=timezone.now(),
               reason="Reach the Docker engine failed.", advice=advice)

    page.locator("[data-outcome]").get_by_text(advice).wait_for()
    page.get_by_role("button", name="Resume at the first step not done").wait_for()
    assert step(page, "reach-docker").get_by_text("Port 2376 does not answer.").is_visible()
    step(page, "reach-docker").get_by_text("Raw answer").click()
    assert step(page, "reach-docker").get_by_text("ConnectTimeout").is_visible()


def test_checks_arrive_with_evidence_and_advice(page):
    operation = rows.make_operation(running="self-test")
    open_page(page, operation)
    assert not page.get_by_role("heading", name="Checks").is_visible()

    rows.add_check(operation, "volumes", "passed", evidence="4 of 4 mounts", duration_ms=412)
    rows.add_check(operation, "certificate", "failed", advice="Rotate the certificate.")

    page.get_by_text("4 of 4 mounts").wait_for()
    page.get_by_text("Rotate the certificate.").wait_for()
    assert page.get_by_text("1 passed, 1 failed").is_visible()


def test_the_failed_check_comes_into_view_before_those_that_passed(page):
    operation = rows.make_operation(running="self-test", lines=100)
    for number in range(12):
        rows.add_check(operation, f"fine-{number}", "passed", evidence="as it should be")
    rows.add_check(operation, "job-service", "failed", evidence="Pending", advice="Look there.")
    open_page(page, operation)
    advice = page.get_by_text("Look there.")
    assert not is_in_view(advice), "while it runs nothing moves"

    rows.touch(operation, state="failed", finished_at=timezone.now())

    eventually(lambda: is_in_view(advice), what="the advice in the window")
    top = "(row) => row.getBoundingClientRect().top"
    failed, fine = (
        page.locator(f"[data-checks] [data-slug={slug}]").evaluate(top)
        for slug in ("job-service", "fine-0")
    )
    assert failed < fine


def is_in_view(locator):
    box = locator.bounding_box()
    return bool(box) and 0 <= box["y"] <= locator.page.viewport_size["height"] - box["height"]


def test_the_page_catches_up_after_the_console_was_restarted(page, console):
    operation = rows.make_operation(lines=2)
    open_page(page, operation)
    rows.say(operation, "before the restart")
    line(page, "before the restart").wait_for()

    console.stop()
    page.get_by_text("Connection lost.").wait_for()
    rows.say(operation, *(f"meanwhile {number}" for number in range(20)))
    console.start()

    line(page, "meanwhile 19").wait_for()
    page.get_by_text("Connection lost.").wait_for(state="hidden")
    numbers = page.locator("[data-lines] .n").all_text_contents()
    assert numbers == [str(number) for number in range(1, 24)]
    page.complaints.clear()  # the refused connections meanwhile


def test_the_page_stays_light_under_many_lines(page):
    operation = rows.make_operation(lines=400)
    open_page(page, operation)

    rows.say(operation, *(f"burst {number}" for number in range(5000)))

    line(page, "burst 4999").wait_for()
    assert page.locator("[data-lines] li").count() <= 800


def test_f_pauses_and_follows_again(page):
    operation = rows.make_operation(lines=300)
    open_page(page, operation)
    page.keyboard.press("f")

    rows.say(operation, "while reading")

    page.get_by_text("New lines below: 1.").wait_for()
    page.keyboard.press("f")
    assert line(page, "while reading").is_visible()


def test_a_step_shows_only_its_own_lines(page):
    operation = rows.make_operation()
    rows.say(operation, "of the first", step="check-request")
    rows.say(operation, "of the second", step="provision-host")
    open_page(page, operation)

    step(page, "check-request").get_by_role("button").click()

    assert page.locator("[data-lines] .text").all_text_contents() == ["of the first"]


def test_search_finds_lines_that_the_page_never_had(page):
    operation = rows.make_operation()
    rows.say(operation, "the needle")
    rows.say(operation, *(f"hay {number}" for number in range(1500)))
    open_page(page, operation)

    page.get_by_label("Search the log").fill("NEEDLE")

    line(page, "the needle").wait_for()
    assert page.locator("[data-lines] li").count() == 1


def test_a_link_to_an_old_line_shows_that_line(page):
    operation = rows.make_operation(lines=1800)

    page.goto(f"/operations/{operation.uuid}/#L7")

    page.locator("#L7.chosen").wait_for()
    assert page.locator("#L7").is_visible()


def test_a_log_line_is_text_and_never_markup(page):
    operation = rows.make_operation()
    open_page(page, operation)

    rows.say(operation, "<img src=x onerror=alert(1)>")

    line(page, "<img src=x onerror=alert(1)>").wait_for()
    assert page.locator("[data-lines] img").count() == 0


def test_readable_without_javascript(chromium, console, page):
    operation = rows.make_operation(lines=3)
    rows.add_check(operation, "volumes", "passed", evidence="4 of 4 mounts")
    context = chromium.new_context(base_url=console.url, java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    still = context.new_page()

    still.goto(f"/operations/{operation.uuid}/")

    assert still.get_by_text("Loaded layer 3").is_visible()
    assert still.get_by_text("Provision the Docker host").is_visible()
    assert still.get_by_text("4 of 4 mounts").is_visible()
    assert still.get_by_text("1 of 5 steps done").is_visible()
    context.close()
