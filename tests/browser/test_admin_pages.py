"""What ops sees in the admin: the first page, an instance, and no complaint anywhere."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from deployments.models import HarborInstance, Release
from nutanix.models import Cluster, Prism
from tests.browser import rows

pytestmark = pytest.mark.browser


@pytest.fixture
def release(transactional_db):
    return Release.objects.create(version="v2.13.0", source="registry")


@pytest.fixture
def cluster(transactional_db):
    prism = Prism.objects.create(name="prism-01", address="https://prism.example.com:9440")
    return Cluster.objects.create(prism=prism, name="lab", ext_id="c1")


def make_instance(release, **changes):
    given = {"name": "reg-01", "fqdn": "registry.example.com", "release": release}
    return HarborInstance.objects.create(**given | changes)


def test_an_empty_console_leads_to_the_first_step(page):
    page.goto("/admin/")

    page.get_by_role("heading", name="From nothing to a registry").wait_for()
    page.get_by_role("link", name="Register a Prism").click()
    page.wait_for_url("**/admin/nutanix/prism/connect/")


def test_the_next_step_follows_what_is_there(page, cluster):
    page.goto("/admin/")

    page.get_by_role("link", name="Choose the defaults").click()
    page.wait_for_url(f"**/admin/nutanix/cluster/{cluster.pk}/change/")


def test_the_first_page_tells_what_needs_a_person(page, release):
    health = {"components": {"core": "", "registry": "connection refused"}}
    instance = make_instance(release, state="degraded", health=health)
    operation = rows.make_operation(running="reach-docker", object_id=str(instance.pk))
    rows.touch(operation, state="failed", reason="Port 2376 does not answer.",
               advice="Open the port.", finished_at=timezone.now())

    page.goto("/admin/")

    page.get_by_text("Open the port.").wait_for()
    assert page.get_by_text("1 of 2 healthy").is_visible()
    page.get_by_role("link", name="reg-01", exact=True).click()
    page.wait_for_url(f"**/admin/deployments/harborinstance/{instance.pk}/change/")
    assert page.get_by_text("Degraded").first.is_visible()


def test_the_page_of_an_instance_survives_having_nothing_to_tell(page, release):
    instance = make_instance(release)

    page.goto(f"/admin/deployments/harborinstance/{instance.pk}/change/")

    page.get_by_text("Not deployed yet").wait_for()
    assert page.get_by_text("None yet. The deployment issues one.").is_visible()


def test_the_page_of_an_instance_leads_to_what_is_under_way(page, release):
    instance = make_instance(release, state="deploying")
    content_type = ContentType.objects.get_for_model(HarborInstance)
    operation = rows.make_operation(content_type=content_type, object_id=str(instance.pk))
    page.goto(f"/admin/deployments/harborinstance/{instance.pk}/change/")

    page.get_by_role("link", name="Watch “Deploy: reg-01” live").click()

    page.wait_for_url(f"**/admin/operations/operation/{operation.pk}/change/")


def test_the_live_page_works_inside_the_admin(page):
    operation = rows.make_operation(lines=2, started_at=timezone.now() - timedelta(minutes=2))
    page.goto(f"/admin/operations/operation/{operation.pk}/change/")
    page.get_by_role("button", name="Follow").wait_for()

    rows.say(operation, "seen in the admin")

    page.locator("[data-lines] li", has_text="seen in the admin").wait_for()


def addresses(person):
    """The list of everything the admin shows, and the form where something may be added."""
    request = RequestFactory().get("/")
    request.user = person
    for model, shown in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if shown.has_add_permission(request):
            yield reverse(f"{name}_add")


def test_no_page_breaks_the_content_policy_or_a_phone(page, ada, release):
    make_instance(release)
    rows.make_operation()
    page.set_viewport_size({"width": 390, "height": 844})
    wide = []

    for address in addresses(ada):
        answer = page.goto(address)
        assert answer.ok, address
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(address)

    assert wide == []


def test_the_list_of_clusters_fits_a_window(page, cluster):
    """With names as long as real ones are."""
    Cluster.objects.update(
        name="frankfurt-production-01", default_subnet_name="vlan-120-registries-production",
        default_container_name="default-container-60358172364185",
        default_image_name="debian-13-genericcloud-amd64-20251006.qcow2",
        facts={"version": "7.3.0.5"}, checked_at=timezone.now(),
    )
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto("/admin/nutanix/cluster/")
        page.get_by_text("genericcloud").wait_for()

        assert page.evaluate("""() => [...document.querySelectorAll("#changelist, #changelist *")]
            .filter(each => each.checkVisibility() && each.scrollWidth > each.clientWidth
                    && ["auto", "scroll"].includes(getComputedStyle(each).overflowX))
            .map(each => each.className)""") == []
