"""Takes the pictures of docs/screenshots from made-up rows; run by script/screenshots."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from certificates.authorities import ensure_console_authority
from certificates.issuing import issue
from certificates.models import Certificate, Endpoint
from deployments.checklist import CHECKS
from deployments.models import HarborInstance, Release
from deployments.pipelines import DEPLOY
from harbor.bundle import CONTAINER_OF
from harbor.images import public_images
from hosts.models import DockerHost
from nutanix.models import Cluster, Prism
from operations.models import Operation, StepRun
from tests.browser import rows
from tests.browser.test_portal import portal, window  # noqa: F401  (fixtures)

pytestmark = pytest.mark.browser
FOLDER = settings.BASE_DIR / "docs" / "screenshots"
LARGEST = 250_000
COMPONENTS = ("core", "database", "jobservice", "portal", "redis", "registry", "registryctl")
IMAGES = {
    "registry": "registry-photon", "registryctl": "harbor-registryctl", "nginx": "nginx-photon",
    "redis": "valkey-photon",
}
LINES = (
    "The engine of reg-02 answers: Docker 28.5.1, overlay2, 36 GiB free",
    "reg-02.example.com leads to 192.0.2.21",
    "Sending harbor-offline-installer-v2.15.2.tgz: 9 images",
    "Loaded goharbor/harbor-core:v2.15.2",
    "Loaded goharbor/harbor-db:v2.15.2",
    "Loaded goharbor/harbor-jobservice:v2.15.2",
)


def _instance(name: str, number: int, **changes) -> HarborInstance:
    release, _ = Release.objects.get_or_create(version="v2.15.2", source="registry")
    prism, _ = Prism.objects.get_or_create(
        name="prism-01", address="https://prism.example.com:9440"
    )
    cluster, _ = Cluster.objects.get_or_create(prism=prism, name="cluster-01", ext_id="c1")
    host = DockerHost.objects.create(
        name=name, cluster=cluster, address=f"192.0.2.{number}", state="ready"
    )
    certificate = issue(
        ensure_console_authority(), common_name=f"{name}.example.com",
        names=[f"{name}.example.com"], days=number,
    )
    return HarborInstance.objects.create(
        name=name, fqdn=f"{name}.example.com", release=release, cluster=cluster, host=host,
        certificate=certificate, **changes,
    )


def _deployment(instance: HarborInstance, upto: str, step_state: str, **changes) -> Operation:
    """A deployment whose step `upto` is in `step_state`; "done" means that it is the last."""
    now = timezone.now()
    operation = Operation.objects.create(
        kind="deploy", title=f"Deploy {instance}", subject_name=str(instance), attempt=1,
        content_type=ContentType.objects.get_for_model(instance), object_id=str(instance.pk),
        started_at=now - timedelta(seconds=214), lease_until=now + timedelta(hours=1), **changes,
    )
    slugs = [step.slug for step in DEPLOY.steps]
    here = slugs.index(upto)
    for position, step in enumerate(DEPLOY.steps):
        begun = now - timedelta(seconds=(here - position + 1) * 17)
        reached = "done" if position < here else step_state if position == here else "pending"
        StepRun.objects.create(
            operation=operation, position=position, slug=step.slug, title=str(step.title),
            state=reached, started_at=None if reached == "pending" else begun,
            finished_at=begun + timedelta(seconds=17) if reached in ("done", "failed") else None,
        )
    return operation


@pytest.fixture
def running(page):
    operation = _deployment(_instance("reg-02", 85, state="deploying"), "load-images", "running",
                            state="running")
    rows.say(operation, *LINES[:2], step="reach-docker")
    rows.say(operation, *LINES[2:], step="load-images")
    rows.change_step(operation, "load-images", done=3, total=9, unit="images",
                     activity="goharbor/harbor-log")
    return operation


@pytest.fixture
def finished(page):
    well = dict.fromkeys(COMPONENTS, "")
    images = {image.name: image.reference for image in public_images("v2.15.2")}
    containers = {
        name: {"state": "running", "health": "healthy", "restarts": 0,
               "image": images.get(IMAGES.get(name, name), ""),
               "digest": f"sha256:{sha256(name.encode()).hexdigest()}"}
        for name in CONTAINER_OF.values()
    }
    now = timezone.now()
    instance = _instance(
        "reg-01", 365, state="running", deployed_at=now, tested_at=now,
        health={"components": well, "containers": containers},
    )
    operation = _deployment(instance, "self-test", "done", state="succeeded", finished_at=now)
    for number, check in enumerate(CHECKS):
        rows.add_check(operation, check.slug, "passed", duration_ms=40 + number * 37)
        operation.checks.filter(slug=check.slug).update(title=str(check.title))
    return instance


@pytest.fixture
def failed(page):
    reason = "Port 2376 of 192.0.2.23 does not answer."
    advice = "Open TCP 2376 from the console to the host, then press Resume."
    operation = _deployment(_instance("reg-03", 40, state="failed"), "reach-docker", "failed",
                            state="failed", finished_at=timezone.now(), reason=reason,
                            advice=advice)
    rows.say(operation, "Connecting to 192.0.2.23:2376", step="reach-docker")
    rows.say(operation, reason, step="reach-docker", level="error")
    rows.change_step(operation, "reach-docker", reason=reason, advice=advice)
    sick = {**dict.fromkeys(COMPONENTS, ""), "jobservice": "connection refused"}
    _instance("reg-04", 20, state="degraded", health={"components": sick})
    return operation


def _ends(name: str, days: float, *, owner: Group | None = None, outside: bool = False,
          life: int = 365) -> Certificate:
    """A certificate that ends in so many days."""
    until = timezone.now() + timedelta(days=days, hours=1)
    row = issue(ensure_console_authority(), common_name=name, names=[name], owner=owner)
    row.not_before, row.not_after = until - timedelta(days=life), until
    if outside:
        row.authority, row.issuer_name = None, "CN=Example Issuing CA 2,O=Example GmbH,C=DE"
    row.save()
    return row


def _served(certificate: Certificate | None, name: str, address: str, *, port: int = 443,
            looks: str = "e" * 24, breaks: str = "", problem: str = "", **changes) -> Endpoint:
    """An endpoint with its last looks, a letter each: expected, unreachable, older."""
    states = {"e": "expected", "u": "unreachable", "o": "older"}
    now = timezone.now()
    recent = [
        [(now - timedelta(hours=6 * (len(looks) - place))).isoformat(), states[letter]]
        for place, letter in enumerate(looks)
    ]
    return Endpoint.objects.create(
        server_name=name, address=address, port=port, expected=certificate, breaks=breaks,
        owner=certificate.owner if certificate else None, recent=recent, problem=problem,
        state=states[looks[-1]], probed_at=now, last_seen_at=now,
        **{"served_until": certificate and certificate.not_after, "protocol": "TLSv1.3"} | changes,
    )


@pytest.fixture
def inventory(page):
    """Certificates of every group of the report, some served, some looked at in vain."""
    teams = {name: Group.objects.create(name=name) for name in ("payments", "platform", "web")}
    for name, team in teams.items():
        User.objects.create_user(f"{name}-lead", email=f"{name}@example.com").groups.add(team)
    breaks = "Nobody can log in to {}, push or pull."
    old = _ends("reg-legacy.example.com", -3, owner=teams["platform"])
    _served(old, old.common_name, "192.0.2.40", breaks=breaks.format(old.common_name),
            looks="e" * 21 + "uuu", problem="192.0.2.40:443 refuses the connection.")
    soon = _ends("reg-03.example.com", 5, owner=teams["payments"])
    _served(soon, soon.common_name, "192.0.2.23", breaks=breaks.format(soon.common_name),
            looks="e" * 18 + "oooooo", served_until=timezone.now() + timedelta(days=2, hours=3),
            served_issuer="CN=Slipway console authority")
    shop = _ends("registry.shop.example.com", 19, owner=teams["web"], outside=True)
    _served(shop, shop.common_name, "192.0.2.31", breaks=breaks.format(shop.common_name))
    _served(shop, "mirror.shop.example.com", "192.0.2.32", breaks="Image pulls in Lyon stop.")
    _served(None, "prism.example.com", "192.0.2.9", port=9440, served_issuer="CN=prism.example.com",
            served_until=timezone.now() + timedelta(days=42),
            breaks="Slipway cannot reach Prism “prism-01”.")
    for number in range(70):
        days = 9 + (number * 37) % 330
        _ends(f"reg-{number + 10}.example.com", days, owner=list(teams.values())[number % 3])
    return shop


def _take(page, name: str, address: str, *, scheme: str = "light", width: int = 1280) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    assert page.goto(address).ok, address
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    picture = FOLDER / f"{name}.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size < LARGEST, f"{picture.name} is too large for the repository"


def test_take_the_report(page, inventory):
    report = "/certificates/report/"
    certificate = f"/admin/certificates/certificate/{inventory.pk}/change/"
    for scheme in ("light", "dark"):
        for width, size in ((1280, ""), (390, "-phone")):
            _take(page, f"report{size}-{scheme}", report, scheme=scheme, width=width)
            _take(page, f"certificate{size}-{scheme}", certificate, scheme=scheme, width=width)
    page.emulate_media(media="print")
    _take(page, "report-print", report)
    page.emulate_media(media="screen")
    _take(page, "endpoints-light", "/admin/certificates/endpoint/")
    _take(page, "mails-light", f"{report}preview/")


def test_take_them_all(page, running, finished, failed):
    FOLDER.mkdir(exist_ok=True)
    live = running.get_absolute_url()
    _take(page, "operation-light", live)
    _take(page, "operation-dark", live, scheme="dark")
    _take(page, "operation-phone", live, width=390)
    _take(page, "failed-dark", failed.get_absolute_url(), scheme="dark")
    _take(page, "overview-light", "/admin/")
    _take(page, "instance-light",
          f"/admin/deployments/harborinstance/{finished.pk}/change/")
    _take(page, "certificates-light", "/admin/certificates/certificate/")


# Of the portal: both schemes, and the phone.
PORTAL = ("team", "request-delivering", "ask-project", "inbox")
LOOKS = (("light", 1280, ""), ("dark", 1280, ""), ("light", 390, "-phone"))


def test_take_the_portal(window, portal):  # noqa: F811
    for person, pages in ((portal.requester, portal.of_the_requester()),
                          (portal.approver, portal.of_the_approver())):
        at = window(person)
        for name in set(PORTAL) & set(pages):
            for scheme, width, size in LOOKS:
                _take(at, f"portal-{name}{size}-{scheme}", pages[name], scheme=scheme, width=width)


def _in_chinese(page, console) -> None:
    page.context.add_cookies([
        {"name": "django_language", "value": "zh-hans", "url": console.url}
    ])


def test_take_the_console_in_chinese(page, console, running, finished, failed):
    _in_chinese(page, console)
    _take(page, "overview-chinese", "/admin/")
    _take(page, "operation-chinese", running.get_absolute_url())


def test_take_the_portal_in_chinese(console, window, portal):  # noqa: F811
    at = window(portal.requester)
    _in_chinese(at, console)
    _take(at, "portal-team-chinese", portal.of_the_requester()["team"])
