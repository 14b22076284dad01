"""Images of a cluster: found, fetched once from a URL or from the console, and made the default."""

import hashlib
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from hosts import images
from hosts.models import ImageFetch
from hosts.steps import prism as prism_steps
from hosts.suitable_images import NEEDS, SUITABLE
from lab.prism.faults import Fault
from operations import runner, services
from operations.errors import Refused
from operations.models import Operation, StepRun
from tests.hosts.conftest import Ended, cluster_behind

pytestmark = pytest.mark.django_db
CONTENT = b"a small disk image" * 100_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(prism_steps, "_pause", lambda run, seconds: run.checkpoint())
    monkeypatch.setattr(prism_steps, "LOOK_SECONDS", 0.0)


@pytest.fixture(params=["pc_v4", "pe_v2"])
def cluster(request, prism):
    prism.knobs.role = {"pc_v4": "pc", "pe_v2": "pe"}[request.param]
    return cluster_behind(
        prism.url, prism.ca_pem, prism.username, prism.password, kind=request.param
    )


@pytest.fixture
def central(prism):
    return cluster_behind(prism.url, prism.ca_pem, prism.username, prism.password)


@pytest.fixture
def folder(settings, tmp_path):
    settings.IMAGES_DIR = tmp_path / "images"
    settings.IMAGES_DIR.mkdir()
    (settings.IMAGES_DIR / "debian.qcow2").write_bytes(CONTENT)
    return settings.IMAGES_DIR


@pytest.fixture
def console(settings, folder):
    """The console answers on a real port; nothing but its own pages."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.CONSOLE_URL = f"http://127.0.0.1:{server.server_port}"
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    yield settings.CONSOLE_URL
    server.shutdown()
    server.server_close()
    thread.join()


def carried_out(operation):
    runner.execute(operation.pk, threads=False)
    return Ended(operation)


def resumed(ended):
    return carried_out(services.resume(ended.operation, by=None))


def named(prism, name):
    return [each for each in prism.images.values() if each.name == name]


def asked(prism):
    return [each for each in prism.journal.entries("POST")
            if each.path.rstrip("/").endswith("/images")]


def page(cluster, more=""):
    return reverse(f"admin:hosts_dockerhost_images{more}", args=[cluster.pk])


def test_the_cluster_fetches_a_file_of_the_console(prism, cluster, console):
    ended = carried_out(images.add(cluster, name="debian", file="debian.qcow2", as_default=True))

    assert ended.state == "succeeded", ended
    [image] = named(prism, "debian")
    assert image.size_bytes == len(CONTENT)
    fetch = ImageFetch.objects.get()
    assert (fetch.sha256, fetch.requests) == (SHA256, {})
    assert fetch.done_at
    cluster.refresh_from_db()
    assert cluster.default_image_name == "debian"
    assert cluster.default_image_ext_id == fetch.image_ext_id
    assert ended.steps["fetch-image"].done == 100


def test_the_signed_part_of_the_address_is_in_no_log(prism, cluster, console):
    ended = carried_out(images.add(cluster, name="debian", file="debian.qcow2"))

    token = named(prism, "debian")[0].source_url.split("/")[-2]
    assert token not in ended.log


def test_central_checks_the_checksum(prism, central, console):
    ended = carried_out(images.add(central, name="debian", file="debian.qcow2"))

    assert ended.state == "succeeded", ended
    assert named(prism, "debian")[0].checksum == SHA256


def test_a_wrong_checksum_of_a_url_is_told_and_can_be_resumed(prism, central, console):
    source = carried_out(images.add(central, name="first", file="debian.qcow2"))
    assert source.state == "succeeded", source
    url = named(prism, "first")[0].source_url

    ended = carried_out(images.add(central, name="debian", url=url, sha256="ab" * 32))

    assert ended.state == "failed"
    assert "could not fetch the image debian" in ended.reason
    assert "checksum" in ended.reason
    assert not named(prism, "debian")
    ImageFetch.objects.filter(name="debian").update(sha256=SHA256)
    assert resumed(ended).state == "succeeded"
    assert len(named(prism, "debian")) == 1


def test_an_unreachable_url_is_told_in_the_words_of_prism(prism, cluster):
    ended = carried_out(images.add(cluster, name="lost", url="https://mirror.invalid/a.qcow2"))

    assert ended.state == "failed"
    assert "could not fetch the image lost" in ended.reason
    assert "the cluster itself must reach" in ended.advice
    assert ("tick that any certificate" in ended.advice) is images.takes_checksum(cluster)
    assert not named(prism, "lost")


def test_another_checksum_in_the_file_than_the_given_one_asks_prism_for_nothing(
    prism, cluster, console
):
    ended = carried_out(
        images.add(cluster, name="debian", file="debian.qcow2", sha256="ab" * 32)
    )

    assert ended.state == "failed"
    assert SHA256 in ended.reason
    assert not asked(prism)


@pytest.mark.parametrize("step", ["fetch_image", "check_image"])
def test_a_worker_that_dies_after_prism_was_asked_makes_one_image(
    prism, cluster, console, monkeypatch, step
):
    """As if killed: what was called is done, and nothing of it was recorded."""
    operation = images.add(cluster, name="debian", file="debian.qcow2")
    if step == "fetch_image":
        monkeypatch.setattr(ImageFetch, "request_answered", _die)
    else:
        monkeypatch.setattr(sys.modules["hosts.steps.fetch_image"], "_ready", _die)
    ended = carried_out(operation)
    assert ended.state != "succeeded"
    monkeypatch.undo()
    _in_no_time(monkeypatch)

    again = resumed(ended)

    assert again.state == "succeeded", again
    assert len(named(prism, "debian")) == 1


def test_a_repeated_step_makes_no_second_image(prism, cluster, console):
    ended = carried_out(images.add(cluster, name="debian", file="debian.qcow2"))
    StepRun.objects.filter(operation=ended.operation, slug="fetch-image").update(state="failed")
    type(ended.operation).objects.filter(pk=ended.operation.pk).update(state="failed")

    again = resumed(ended)

    assert again.state == "succeeded", again
    assert len(asked(prism)) == 1


def test_a_lost_answer_makes_one_image(prism, cluster, console):
    prism.faults.add(Fault(method="POST", path=r"/images/?$", drop_answer=True))

    ended = carried_out(images.add(cluster, name="debian", file="debian.qcow2"))

    assert ended.state == "succeeded", ended
    assert len(named(prism, "debian")) == 1


def test_two_clicks_are_one_operation(cluster, folder):
    first = images.add(cluster, name="debian", file="debian.qcow2")

    assert images.add(cluster, name="debian", file="debian.qcow2") == first
    with pytest.raises(Refused, match="fetched from elsewhere"):
        images.add(cluster, name="debian", url="https://mirror.example.com/debian.qcow2")


def test_the_page_shows_a_part_of_5000_images_in_few_requests(prism, cluster, ada):
    for number in range(5000):
        prism.add_image(f"guest-{number:04}")
    prism.journal.clear()

    text = ada.get(page(cluster)).content.decode()

    assert text.count("guest-0") <= 50
    assert "There are more than the 50" in text
    assert len(prism.journal.entries()) < 10
    found = ada.get(page(cluster), {"term": "guest-4999"}).content.decode()
    assert "guest-4999" in found
    assert "guest-4998" not in found


def test_the_page_says_which_image_is_the_default_and_which_suit(prism, cluster, ada):
    text = ada.get(page(cluster)).content.decode()

    assert prism.image.name in text
    assert "for new machines" in text
    assert "SELinux" in text
    assert all(each.name in text for each in SUITABLE)


def test_the_list_of_suitable_images_is_that_of_the_docs():
    with open("docs/hosts.md") as file:
        docs = " ".join(file.read().replace("`", "").split())

    assert str(NEEDS) in docs
    for each in SUITABLE:
        assert f"| {each.name} | {each.engine} | {each.note} |" in docs


def test_the_page_costs_few_queries(cluster, ada, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        ada.get(page(cluster))


def test_the_form_starts_the_operation(cluster, ada, console):
    answer = ada.post(page(cluster, "_add"), {"name": "debian", "file": "debian.qcow2"})

    fetch = ImageFetch.objects.get()
    assert answer.status_code == 302, answer.content.decode()
    assert (fetch.name, fetch.file) == ("debian", "debian.qcow2")


def test_the_form_tells_everything_that_is_wrong_at_once(prism, cluster, ada, folder, settings):
    settings.CONSOLE_URL = ""
    text = ada.post(page(cluster, "_add"), {
        "name": prism.image.name, "url": "ftp://example.com/x", "file": "debian.qcow2",
        "sha256": "abc",
    }).content.decode()

    assert "has an image of this name already" in text
    assert "Write it like http" in text
    assert "64 hexadecimal digits" in text
    assert "Set CONSOLE_URL" in text
    assert not ImageFetch.objects.exists()


@pytest.mark.parametrize("name", ["../secret.img", "/etc/passwd", "link.qcow2", "notes.txt"])
def test_only_files_of_the_folder_can_be_chosen(cluster, ada, console, folder, name):
    (folder.parent / "secret.img").write_text("secret")
    (folder / "notes.txt").write_text("secret")
    (folder / "link.qcow2").symlink_to(folder.parent / "secret.img")

    ada.post(page(cluster, "_add"), {"name": "stolen", "file": name})

    assert not ImageFetch.objects.exists()


MIRROR = "https://mirror.invalid/a.qcow2"


@pytest.mark.parametrize(("ticked", "sha256"), [(False, ""), (False, SHA256), (True, SHA256)])
def test_central_takes_any_certificate_only_where_a_person_ticked_it(
    prism, central, ada, ticked, sha256
):
    more = {"any_certificate": "on"} if ticked else {}

    answer = ada.post(page(central, "_add"), {"name": "a", "url": MIRROR, "sha256": sha256} | more)

    assert answer.status_code == 302, answer.content.decode()
    carried_out(Operation.objects.get())
    [call] = asked(prism)
    assert call.as_json()["body"]["source"]["shouldAllowInsecureUrl"] is ticked


@pytest.mark.parametrize("ticked", [False, True])
def test_a_file_of_the_console_is_no_exception(prism, central, console, ticked):
    carried_out(
        images.add(central, name="debian", file="debian.qcow2", any_certificate=ticked)
    )

    assert named(prism, "debian")[0].any_certificate is ticked


def test_any_certificate_without_a_checksum_is_refused(prism, central, ada):
    text = ada.post(page(central, "_add"), {
        "name": "a", "url": MIRROR, "any_certificate": "on",
    }).content.decode()

    assert "it is the only proof" in text
    assert not ImageFetch.objects.exists()


def test_after_a_failure_the_tick_of_the_second_try_counts(prism, central):
    carried_out(images.add(central, name="a", url=MIRROR, sha256=SHA256, any_certificate=True))

    carried_out(images.add(central, name="a", url=MIRROR, sha256=SHA256))

    told = [call.as_json()["body"]["source"]["shouldAllowInsecureUrl"] for call in asked(prism)]
    assert told == [True, False]


def test_a_failed_fetch_is_shown_with_its_reason_and_its_operation(prism, cluster, ada):
    ended = carried_out(images.add(cluster, name="lost", url=MIRROR))

    text = ada.get(page(cluster)).content.decode()

    assert 'data-state="failed"' in text
    assert ended.operation.get_absolute_url() in text
    assert "could not fetch the image lost" in text
    assert "the cluster itself must reach" in text


def _die(*args, **kwargs):
    raise SystemError("killed")


def _in_no_time(monkeypatch):
    monkeypatch.setattr(prism_steps, "_pause", lambda run, seconds: run.checkpoint())
    monkeypatch.setattr(prism_steps, "LOOK_SECONDS", 0.0)
