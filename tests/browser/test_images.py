"""The images of a cluster, from its page to the form of one more."""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from hosts import images
from lab.prism import Knobs, PrismSimulator
from operations.models import Operation
from tests.hosts.conftest import cluster_behind

pytestmark = pytest.mark.browser


@pytest.fixture
def cluster(transactional_db):
    with PrismSimulator(knobs=Knobs()) as prism:
        prism.add_image("rocky-9")
        yield cluster_behind(prism.url, prism.ca_pem, prism.username, prism.password)


def look(page, name):
    if folder := os.environ.get("SLIPWAY_PICTURES"):
        page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)


def failed(cluster):
    """The operation of an image that the cluster could not fetch."""
    operation = images.add(cluster, name="debian-13", url="https://mirror.invalid/debian.qcow2")
    Operation.objects.filter(pk=operation.pk).update(
        state="failed", reason="Prism could not fetch the image debian-13.",
        advice="Not this console but the cluster itself must reach the URL. Then resume.",
    )
    return operation


def test_from_the_cluster_to_the_form_of_an_image(page, cluster):
    operation = failed(cluster)
    page.goto(reverse("admin:nutanix_cluster_change", args=[cluster.pk]))
    page.get_by_role("link", name="Images", exact=True).click()

    page.get_by_role("heading", name="Which images suit").wait_for()
    link = page.get_by_role("link", name="debian-13", exact=True)
    assert link.get_attribute("href") == operation.get_absolute_url()
    assert page.get_by_role("link", name="Docker hosts").count() == 1  # in the menu alone
    look(page, "images")
    page.set_viewport_size({"width": 390, "height": 844})
    look(page, "images-phone")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="dark")
    look(page, "images-dark")
    page.get_by_role("link", name="Add an image").click()
    page.get_by_label("Or a file of the console").wait_for()
    box = page.get_by_label("Use it for new machines").bounding_box()
    name = page.get_by_label("Name", exact=True).bounding_box()
    assert abs(box["x"] - name["x"]) < 8
    look(page, "add-image")
    page.set_viewport_size({"width": 390, "height": 844})
    look(page, "add-image-phone")
    page.emulate_media(color_scheme="light")
    page.goto(reverse("admin:hosts_dockerhost_add"))
    look(page, "host-phone")
