"""The pages of volumes: what needs a person comes first, and what may be done is offered."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hosts.models import Volume, VolumeDriver
from hosts.services import plan_host, plan_volumes
from operations.models import Operation

LIST = "admin:hosts_volume_changelist"


@pytest.fixture
def ada(db):
    client = Client()
    client.force_login(
        get_user_model().objects.create(username="ada", is_staff=True, is_superuser=True)
    )
    return client


@pytest.fixture
def volumes(cluster):
    host = plan_host(name="harbor-01", cluster=cluster, cpus=2, memory_mib=4096, disk_gib=40)
    volumes = plan_volumes(
        claimed_by="somebody", prefix="one", sizes={"registry": 100, "database": 10, "redis": 2},
        backend="volume_group", host=host, cluster=cluster, used_by="one (one.example.com)",
    )
    for role, used in (("registry", 83), ("database", 95), ("redis", 4)):
        volumes[role].record(
            state=Volume.State.READY, used_percent=used, measured_at=timezone.now()
        )
    return volumes


def page_of(client, volume, verb=""):
    name = "admin:hosts_volume_act" if verb else "admin:hosts_volume_change"
    arguments = [volume.pk, verb] if verb else [volume.pk]
    return client.get(reverse(name, args=arguments), secure=True)


def test_the_fullest_come_first(ada, volumes):
    text = ada.get(reverse(LIST), secure=True).content.decode()

    places = [text.index(words) for words in ("95 % of 10", "83 % of 100", "4 % of 2")]
    assert places == sorted(places)


def test_the_list_asks_no_more_for_more_volumes(ada, volumes, django_assert_max_num_queries):
    for number in range(40):
        Volume.objects.create(
            name=f"v-{number}", role="redis", size_gib=1, host=volumes["redis"].host
        )

    with django_assert_max_num_queries(12):
        ada.get(reverse(LIST), secure=True)


def test_the_first_page_names_what_fills_up(ada, volumes):
    text = ada.get(reverse("admin:index"), secure=True).content.decode()

    assert text.index("one-database is 95 % full") < text.index("one-registry is 83 % full")
    assert "one-redis is" not in text


def test_a_full_volume_says_what_to_do(ada, volumes):
    text = page_of(ada, volumes["database"]).content.decode()

    assert "95 % are used." in text
    assert reverse("admin:hosts_volume_act", args=[volumes["database"].pk, "grow"]) in text
    assert "Delete the volume" not in text


def test_a_size_that_cannot_be_is_told_beside_its_field(ada, volumes):
    address = reverse("admin:hosts_volume_act", args=[volumes["redis"].pk, "grow"])

    text = ada.post(address, {"size_gib": 1}, secure=True).content.decode()

    assert "has 2 GiB: give more, because a disk cannot shrink" in text
    assert not Operation.objects.exists()


def test_a_good_size_starts_an_operation_and_shows_it(ada, volumes):
    address = reverse("admin:hosts_volume_act", args=[volumes["redis"].pk, "grow"])

    answer = ada.post(address, {"size_gib": 3}, secure=True)

    operation = Operation.objects.get()
    assert (operation.kind, operation.parameters) == ("grow-volume", {"size_gib": 3})
    assert answer.url == operation.get_absolute_url()


def test_a_kept_volume_tells_whose_it_was_and_goes_by_its_name(ada, volumes):
    kept = volumes["registry"]
    kept.record(claimed_by="", kept=True, state=Volume.State.DETACHED, host=None, used_percent=0)
    address = reverse("admin:hosts_volume_act", args=[kept.pk, "delete"])

    assert "Kept from one (one.example.com)." in page_of(ada, kept).content.decode()
    assert page_of(ada, kept, "grow").status_code == 403
    refused = ada.post(address, {"typed_name": "one"}, secure=True).content.decode()
    assert "Type the name of the volume, one-registry" in refused
    ada.post(address, {"typed_name": "one-registry"}, secure=True)
    assert Operation.objects.get().kind == "delete-volume"


def test_who_may_only_look_does_nothing(volumes):
    ben = get_user_model().objects.create(username="ben", is_staff=True)
    ben.user_permissions.add(Permission.objects.get(codename="view_volume"))
    client = Client()
    client.force_login(ben)

    assert "Grow the volume</a>" not in page_of(client, volumes["redis"]).content.decode()
    assert page_of(client, volumes["redis"], "grow").status_code == 403
    address = reverse("admin:hosts_volume_act", args=[volumes["redis"].pk, "grow"])
    assert client.post(address, {"size_gib": 9}, secure=True).status_code == 403
    assert not Operation.objects.exists()


def test_the_form_of_a_volume_driver_warns_and_tells_every_problem(ada, cluster):
    page = reverse("admin:hosts_volumedriver_add")

    assert "published this plugin last in 2018" in ada.get(page, secure=True).content.decode()
    text = ada.post(page, {
        "name": "legacy", "cluster": cluster.pk, "reference": "https://x/y",
        "prism_address": "https://192.0.2.1:9440", "data_services_address": "192.0.2.2/24",
        "username": "docker", "storage_container": "default", "registry_ca_pem": "no PEM",
    }, secure=True).content.decode()

    for words in (
        "like registry.example.com/team/plugin:tag", "without https:// or a path",
        "cannot work without a password", "as PEM text",
    ):
        assert words in text
    assert not VolumeDriver.objects.exists()


@pytest.mark.parametrize(("reference", "registry"), [
    ("ntnx/nutanix_volume_plugin:latest", ""),
    ("registry.example.com/ntnx/plugin:1.4ubuntu", "registry.example.com"),
    ("10.77.0.1:5443/ntnx/plugin:lab", "10.77.0.1:5443"),
])
def test_the_registry_of_a_plugin(reference, registry):
    assert VolumeDriver(reference=reference).registry == registry
