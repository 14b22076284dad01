"""Rows with sensible values, for tests that need no lab."""

from deployments.models import HarborInstance, Release
from harbor.images import public_images
from hosts.models import DockerHost, VolumeDriver
from nutanix.models import Cluster, Prism


def make_cluster(**changes: object) -> Cluster:
    prism = Prism.objects.create(
        name=f"prism-{Prism.objects.count()}", address="https://192.0.2.1:9440",
        username="slipway", password="not-asked-here",
    )
    values = {
        "name": "cluster-1", "ext_id": "c-1", "default_subnet_ext_id": "s-1",
        "default_container_ext_id": "k-1", "default_image_ext_id": "i-1",
    }
    return Cluster.objects.create(prism=prism, **values | changes)


def make_release(**changes: object) -> Release:
    values = {
        "version": "v2.15.2", "source": Release.Source.ARCHIVE,
        "archive": "harbor-offline-installer-v2.15.2.tgz", "archive_size": 5,
        "images": [vars(image) for image in public_images("v2.15.2")],
    }
    return Release.objects.create(**values | changes)


def make_host(**changes: object) -> DockerHost:
    values = {"name": "old-host", "address": "192.0.2.9"}
    return DockerHost.objects.create(**values | changes)


def make_driver(**changes: object) -> VolumeDriver:
    values = {
        "name": "legacy", "prism_address": "192.0.2.1", "data_services_address": "192.0.2.2",
        "username": "docker", "password": "not-asked-here", "storage_container": "default",
    }
    if "cluster" not in changes:
        values["cluster"] = make_cluster()
    return VolumeDriver.objects.create(**values | changes)


def make_instance(**changes: object) -> HarborInstance:
    values = {"name": "acme", "fqdn": "registry.example.com"}
    if "release" not in changes:
        values["release"] = Release.objects.first() or make_release()
    if "cluster" not in changes and "host" not in changes:
        values["cluster"] = make_cluster()
    return HarborInstance.objects.create(**values | changes)
