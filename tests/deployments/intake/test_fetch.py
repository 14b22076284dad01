"""The console fetches a release itself: trusted, from where it may, on from where it broke."""

import hashlib
import tracemalloc

import pytest
from django.test import Client
from django.urls import reverse

from deployments.intake import parts, services
from deployments.intake.steps import fetch_archive
from deployments.models import IncomingArchive, Release
from lib.sizes import MIB
from operations.errors import Refused
from operations.models import LogLine, Operation, StepRun
from tests.deployments.intake.archives import NAME, make_archive
from tests.deployments.intake.file_server import FileServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(tmp_path, settings):
    settings.RELEASE_HOSTS_ALLOWED = ["localhost"]
    running = FileServer(folder=tmp_path, content=make_archive(padding=300_000))
    running.start()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(fetch_archive, "PAUSES", (0, 0, 0))


@pytest.fixture
def fetch(server, carry_out):
    def fetch_one(url="", **given):
        given = {"ca_pem": server.ca_pem, "by": None} | given
        return carry_out(services.fetch(url or server.url(NAME), **given))

    return fetch_one


def test_an_address_becomes_a_release(server, fetch, folder):
    operation = fetch(sha256=hashlib.sha256(server.content).hexdigest())

    assert operation.state == "succeeded", operation.reason
    assert (folder / NAME).read_bytes() == server.content
    assert Release.objects.get().archive_sha256 == hashlib.sha256(server.content).hexdigest()
    step = StepRun.objects.get(operation=operation, slug="fetch-archive")
    assert (step.done, step.total, step.unit) == (len(server.content), len(server.content), "bytes")


def test_goes_on_where_the_connection_broke(server, fetch):
    server.breaks = [100_000, 0, 50_000, 0, 0]

    operation = fetch()

    assert operation.state == "succeeded", operation.reason
    assert server.ranges == [
        "", "bytes=100000-", "bytes=100000-", "bytes=150000-", "bytes=150000-", "bytes=150000-",
    ]
    assert "closed the connection" in LogLine.objects.filter(level="warning").first().text


def test_gives_up_when_nothing_more_comes_and_goes_on_when_resumed(server, fetch, carry_out):
    from operations import services as operations

    server.breaks = [100_000, 0, 0, 0]
    operation = fetch()
    assert operation.state == "failed"
    assert "closed the connection" in operation.reason

    carry_out(operations.resume(operation, by=None))

    operation.refresh_from_db()
    assert operation.state == "succeeded"
    assert server.ranges[-1] == "bytes=100000-"


def test_begins_anew_when_the_file_there_has_changed(server, fetch, monkeypatch):
    server.breaks = [100_000]
    other = make_archive(version="v2.14.9", padding=200_000)

    def change(run, seconds):
        server.content, server.tag = other, '"second"'

    monkeypatch.setattr(fetch_archive, "_pause", change)
    fetch()

    assert Release.objects.get().version == "v2.14.9"


@pytest.mark.parametrize("oddity", [{"knows_ranges": False}, {"tag": ""}, {"tag": 'W/"weak"'}])
def test_servers_without_ranges_or_marks_send_the_whole_again(server, fetch, oddity):
    for name, value in oddity.items():
        setattr(server, name, value)
    server.breaks = [100_000]

    assert fetch().state == "succeeded"
    assert Release.objects.get().archive_size == len(server.content)


def test_a_server_that_tells_no_length_is_believed_by_the_archive(server, fetch):
    server.tells_length = False

    assert fetch().state == "succeeded"

    server.breaks = [100_000]  # cut short, and nobody noticed on the way
    operation = fetch(server.url("other.tgz"))
    assert operation.state == "failed"
    assert "images in other.tgz are damaged" in operation.reason


def test_a_busy_server_is_asked_again(server, fetch):
    server.statuses = [503, 429]

    assert fetch().state == "succeeded"
    assert "answers 503" in LogLine.objects.filter(level="warning").first().text


@pytest.mark.parametrize(("status", "advice"), [(404, "Check the address"), (403, "Let the cons")])
def test_a_refusal_of_the_server_is_told(server, fetch, status, advice):
    server.statuses = [status]

    operation = fetch()

    assert f"answers {status}" in operation.reason
    assert advice in operation.advice
    assert len(server.asked) == 1


def test_the_certificate_is_verified(server, fetch):
    operation = fetch(ca_pem="")

    assert "is not trusted" in operation.reason
    assert not server.asked


def test_the_name_in_the_certificate_counts(server, fetch, settings):
    settings.RELEASE_HOSTS_ALLOWED = ["127.0.0.2"]

    operation = fetch(server.url(NAME, host="127.0.0.2"))

    assert operation.state == "failed"
    assert not server.asked


def test_follows_a_redirect_after_looking_at_it(server, fetch):
    server.redirects["/latest.tgz"] = "/" + NAME

    operation = fetch(server.url("latest.tgz"))

    assert operation.state == "succeeded", operation.reason
    assert IncomingArchive.objects.get().name == "latest.tgz"


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://127.0.0.1:1/x.tgz", "leads to 127.0.0.1"),
        ("https://169.254.169.254/latest/meta-data/", "leads to 169.254.169.254"),
        ("http://localhost/x.tgz", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("https://user:word@localhost/x.tgz", "a user or a password"),
    ],
)
def test_a_redirect_leads_nowhere_that_is_forbidden(server, fetch, location, reason):
    server.redirects["/away.tgz"] = location

    operation = fetch(server.url("away.tgz"))

    assert operation.state == "failed"
    assert reason in operation.reason


def test_a_ring_of_redirects_ends(server, fetch):
    server.redirects["/ring.tgz"] = "/ring.tgz"

    operation = fetch(server.url("ring.tgz"))

    assert "redirects more than 3 times" in operation.reason


def test_a_wrong_digest_is_refused(fetch, folder):
    operation = fetch(sha256="0" * 64)

    assert "another SHA-256 than expected" in operation.reason
    assert not (folder / NAME).exists()


def test_a_second_attempt_after_a_refusal_fetches_anew(server, fetch):
    server.content, sound = b"no archive at all", server.content
    assert fetch().state == "failed"
    server.content = sound

    assert fetch().state == "succeeded"


def test_a_full_disk_is_told_before_the_first_byte(server, fetch, monkeypatch):
    monkeypatch.setattr("deployments.intake.space.free_space", lambda: 100_000)

    operation = fetch()

    assert "still needs 29" in operation.reason or "still needs 30" in operation.reason
    assert parts.received(IncomingArchive.objects.get()) == 0


def test_an_endless_answer_is_too_large(server, fetch, settings):
    settings.RELEASES_LARGEST = 200_000
    server.tells_length = False

    operation = fetch()

    assert operation.state == "failed"
    assert "takes 195 KiB at most" in operation.reason


def test_a_large_file_needs_little_memory(server, fetch):
    server.content = make_archive(padding=64 * MIB)
    tracemalloc.start()

    operation = fetch()

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert operation.state == "succeeded"
    assert peak < 24 * MIB


def test_two_identical_clicks_are_one_fetch(server):
    first = services.fetch(server.url(NAME), by=None)

    assert services.fetch(server.url(NAME), by=None) == first


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x.tgz", "https://127.1/x.tgz", "https://2130706433/x.tgz",
        "https://[::1]/x.tgz", "https://[::ffff:127.0.0.1]/x.tgz", "https://0.0.0.0/x.tgz",
        "https://169.254.169.254/x.tgz", "https://[fe80::1]/x.tgz", "https://[fd00:ec2::254]/x.tgz",
        "https://100.100.100.200/x.tgz", "https://[64:ff9b::7f00:1]/x.tgz",
        "https://[2002:7f00:1::]/x.tgz", "https://224.0.0.1/x.tgz", "https://localhost/x.tgz",
    ],
)
def test_never_from_the_own_machine_or_metadata(url):
    with pytest.raises(Refused, match="leads to"):
        services.fetch(url, by=None)

    assert not IncomingArchive.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/x.tgz", "ftp://files.example.com/x.tgz", "https:///x.tgz",
        "https://me:word@10.0.0.1/x.tgz", "https://[::1", "x.tgz", "", "https://10.0.0.1:99999/x.tgz",
        "https://10.0.0.1/", "https://10.0.0.1/x.zip",
    ],
)
def test_other_addresses_are_refused(url):
    with pytest.raises(Refused):
        services.fetch(url, by=None)


def test_internal_addresses_are_what_it_is_for():
    operation = services.fetch("https://10.1.2.3/harbor.tgz?v=1", by=None)

    assert operation.subject.name == "harbor.tgz"


@pytest.fixture
def client(ada):
    client = Client()
    client.force_login(ada)
    return client


def test_the_form_starts_it_and_leads_to_the_live_page(client, server, carry_out):
    told = {"url": server.url("harbor.tgz"), "sha256": "", "ca_pem": server.ca_pem}

    answer = client.post(reverse("admin:deployments_release_fetch"), told)
    operation = Operation.objects.get()

    assert answer.url == operation.get_absolute_url()
    assert operation.requested_by.username == "ada"
    assert carry_out(operation).state == "succeeded"


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"url": "https://127.0.0.1/x.tgz"}, "nothing from its own machine"),
        ({"url": "https://10.0.0.1/x.zip"}, "no file name of an installer"),
        ({"url": "https://10.0.0.1/x.tgz", "sha256": "zz"}, "64 digits"),
        ({"url": "https://10.0.0.1/x.tgz", "ca_pem": "hello"}, "no certificate in PEM"),
        ({"url": "https://10.0.0.1/x", "name": "../x.tgz"}, "no file name of an installer"),
    ],
)
def test_the_form_says_what_is_wrong(client, told, problem):
    answer = client.post(reverse("admin:deployments_release_fetch"), told)

    assert problem in answer.content.decode()
    assert not Operation.objects.exists()
