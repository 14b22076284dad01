"""Image and subnet are searched on the cluster that is chosen beside them, in a real browser."""

import pytest
from django.urls import reverse

from lab.prism import Knobs, PrismSimulator
from lab.prism.inventory import Subnet
from nutanix.models import Prism
from nutanix.services import read_clusters

pytestmark = pytest.mark.browser
FORMS = {"host": "hosts_dockerhost_add", "registry": "deployments_harborinstance_add"}


@pytest.fixture
def clusters(transactional_db):
    """North and south, each behind a Prism of its own, each with one image and subnet more."""
    with PrismSimulator(knobs=Knobs()) as north, PrismSimulator(knobs=Knobs()) as south:
        for name, prism in {"north": north, "south": south}.items():
            _add(name, prism)
        yield


def _add(name, prism):
    prism.add_image(f"{name}-image")
    prism.add_subnet(Subnet(uuid=prism.state.new_uuid(), name=f"{name}-subnet", managed=True,
                            network="10.9.0.0/24", gateway="10.9.0.1",
                            pool=("10.9.0.10", "10.9.0.90")))
    row = Prism.objects.create(
        name=name, kind="pc_v4", address=prism.url, ca_pem=prism.ca_pem,
        username=prism.username, password=prism.password,
    )
    [cluster] = read_clusters(row)
    cluster.name = f"{name}-cluster"
    cluster.save()


def shown(page, field):
    return page.locator(f"#select2-id_{field}-container")


def offers(page, field):
    """All that the open list of that field offers."""
    page.locator(f"#select2-id_{field}-container").click()
    options = page.locator(f"#select2-id_{field}-results li[role=option]:not(.loading-results)")
    options.first.wait_for()
    return options


def pick(page, field, name):
    offers(page, field).filter(has_text=name).click(timeout=5000)


def choose_cluster(page, name):
    if page.locator("#select2-id_cluster-container").count():
        pick(page, "cluster", name)
    else:
        page.locator("#id_cluster").select_option(
            label=page.locator("#id_cluster option", has_text=name).inner_text()
        )


def close(page):
    page.keyboard.press("Escape")


@pytest.mark.parametrize("form", FORMS)
def test_the_lists_follow_the_chosen_cluster(page, clusters, form):
    page.goto(reverse(f"admin:{FORMS[form]}"))
    offers(page, "image").filter(has_text="Choose the cluster first").wait_for(timeout=5000)
    close(page)

    for here, elsewhere in (("north", "south"), ("south", "north"), ("north", "south")):
        choose_cluster(page, here)
        for field in ("image", "subnet"):
            options = offers(page, field)
            options.filter(has_text=f"{here}-{field}").wait_for(timeout=5000)
            assert not options.filter(has_text=f"{elsewhere}-{field}").count()
            close(page)


@pytest.mark.parametrize("form", FORMS)
def test_what_was_picked_on_one_cluster_is_forgotten_on_another(page, clusters, form):
    page.goto(reverse(f"admin:{FORMS[form]}"))
    choose_cluster(page, "north")
    for field in ("image", "subnet"):
        pick(page, field, f"north-{field}")
        assert f"north-{field}" in shown(page, field).inner_text()

    choose_cluster(page, "south")

    for field in ("image", "subnet"):
        assert page.locator(f"#id_{field}").input_value() == ""
        assert "north" not in shown(page, field).inner_text()


def test_a_form_that_came_back_keeps_what_was_picked(page, clusters):
    page.goto(reverse("admin:hosts_dockerhost_add"))
    choose_cluster(page, "north")
    pick(page, "image", "north-image")
    page.locator("#id_cpus").fill("2")
    page.evaluate("document.querySelector('#id_name').form.noValidate = true")

    page.locator("[name=_save]").first.click()

    page.locator(".errorlist, .errornote").first.wait_for()
    shown(page, "image").filter(has_text="north-image").wait_for(timeout=5000)
    offers(page, "subnet").filter(has_text="north-subnet").wait_for(timeout=5000)
