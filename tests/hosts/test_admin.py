"""Hosts and volumes in the admin: to look at, to connect; what exists outside is not deletable."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from hosts.models import DockerHost
from hosts.services import plan_host, plan_volumes
from operations.models import Operation


@pytest.fixture
def host(cluster):
    host = plan_host(name="harbor-01", cluster=cluster, cpus=2, memory_mib=4096, disk_gib=40)
    plan_volumes(
        claimed_by="somebody", prefix="one", sizes={"registry": 5}, backend="volume_group",
        host=host, cluster=cluster,
    )
    return host


def test_every_page_can_be_read(ada, host):
    volume = host.volumes.get()
    pages = [
        reverse("admin:hosts_dockerhost_changelist"),
        reverse("admin:hosts_dockerhost_add"),
        reverse("admin:hosts_dockerhost_change", args=[host.pk]),
        reverse("admin:hosts_dockerhost_connect", args=[host.pk]),
        reverse("admin:hosts_dockerhost_retire", args=[host.pk]),
        reverse("admin:hosts_dockerhost_script", args=[host.pk]),
        reverse("admin:hosts_volume_changelist"),
        reverse("admin:hosts_volume_change", args=[volume.pk]),
    ]

    assert [ada.get(page, secure=True).status_code for page in pages] == [200] * len(pages)


def test_connecting_starts_an_operation_and_shows_it(ada, host):
    answer = ada.post(reverse("admin:hosts_dockerhost_connect", args=[host.pk]), secure=True)

    operation = Operation.objects.get()
    assert operation.kind == "provision-host"
    assert answer.url == operation.get_absolute_url()


def test_the_script_is_downloaded_by_post_only(ada, db):
    host = DockerHost.objects.create(name="old", address="192.0.2.9")
    page = reverse("admin:hosts_dockerhost_script", args=[host.pk])

    assert "PRIVATE KEY" not in ada.get(page, secure=True).content.decode()
    answer = ada.post(page, secure=True)

    assert "PRIVATE KEY" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_deleting_a_machine_needs_its_name(ada, host):
    page = reverse("admin:hosts_dockerhost_retire", args=[host.pk])

    answer = ada.post(page, {"typed_name": "harbor-02"}, follow=True, secure=True)

    assert "Type the name of the host" in answer.content.decode()
    assert not Operation.objects.exists()


def test_a_host_with_volumes_in_use_is_not_let_go(ada, host):
    page = reverse("admin:hosts_dockerhost_retire", args=[host.pk])

    answer = ada.post(page, {"typed_name": "harbor-01"}, follow=True, secure=True)

    assert "which is in use" in answer.content.decode()
    assert not Operation.objects.exists()


def test_what_exists_outside_cannot_be_deleted(ada, host):
    host.record(state="ready", vm_ext_id="some-vm")
    volume = host.volumes.get()

    for page in (
        reverse("admin:hosts_dockerhost_delete", args=[host.pk]),
        reverse("admin:hosts_volume_delete", args=[volume.pk]),
    ):
        assert ada.post(page, {"post": "yes"}, secure=True).status_code == 403


def test_a_stranger_may_not_connect_a_host(host, db):
    client = Client()
    eve = get_user_model().objects.create(username="eve", is_staff=True)
    client.force_login(eve)

    answer = client.post(reverse("admin:hosts_dockerhost_connect", args=[host.pk]), secure=True)

    assert answer.status_code in (403, 404)
    assert not Operation.objects.exists()
