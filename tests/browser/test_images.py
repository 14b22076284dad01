"""The images of a cluster, from its page to the form of one more."""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from lab.prism import Knobs, PrismSimulator
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


def test_from_the_cluster_to_the_form_of_an_image(page, cluster):
    page.goto(reverse("admin:nutanix_cluster_change", args=[cluster.pk]))
    page.get_by_role("link", name="Images", exact=True).click()

    page.get_by_role("heading", name="Which images suit").wait_for()
    look(page, "images")
    page.set_viewport_size({"width": 390, "height": 844})
    look(page, "images-phone")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="dark")
    look(page, "images-dark")
    page.get_by_role("link", name="Add an image").click()
    page.get_by_label("Or a file of the console").wait_for()
    look(page, "add-image")
