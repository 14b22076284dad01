"""Images from a mirror with login and own CA, and by their public names from a real registry."""

import pytest
from django.core.management import call_command

from deployments import services
from deployments.models import HarborInstance, Release
from harbor.archive import open_images
from harbor.images import mirrored, public_images
from hosts.engine import engine_of
from hosts.models import DockerHost
from lab.packages import download_only, extract
from lab.release import VERSION
from lib.archives import File
from lib.waiting import wait_until
from operations import services as operations
from tests.deployments.existing_host import boot_existing_host, engine_answers
from tests.deployments.lab_rows import told
from tests.deployments.mirror import PASSWORD, USER, Mirror, new_ca

pytestmark = [pytest.mark.lab, pytest.mark.full, pytest.mark.django_db]
FOLDER = "mirrors/harbor"
REFERENCES = [image.reference for image in public_images(VERSION)]


@pytest.fixture(scope="module")
def mirror(lab, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mirror")
    extract(download_only("bookworm", ["docker-registry"]), folder / "program")
    program = folder / "program/usr/bin/docker-registry"
    with Mirror(folder, lab.subnet.gateway).running(program) as mirror:
        yield mirror


@pytest.fixture(scope="module")
def host_pk(lab, console, mirror, django_db_setup, django_db_blocker):
    """A host whose engine has none of the images, and asks `open_name` for those of Docker Hub."""
    with django_db_blocker.unblock():
        host = boot_existing_host(lab, name="mirror-host", daemon={
            "registry-mirrors": [f"https://{mirror.open_name}"],
        })
        wait_until(lambda: engine_answers(host), what="the engine", timeout=120)
        with engine_of(None, host) as docker:
            fill(docker, mirror, lab.archive)
        yield host.pk
        machine = next(m for m in lab.hypervisor.machines.values() if m.name == "mirror-host")
        lab.hypervisor.delete(machine.uuid)
        call_command("flush", interactive=False, verbosity=0)


def fill(docker, mirror: Mirror, archive) -> None:
    """Bring the stand-in's images to the mirror, as an operator would."""
    wrong_ca, _ = new_ca("Another CA")
    trust(docker, {mirror.name: mirror.ca_pem, mirror.open_name: mirror.ca_pem})
    with open_images(archive) as (stream, size):
        docker.load_images(stream, size, lambda done, total: None)
    for reference in REFERENCES:
        target = mirrored(reference, f"{mirror.name}/{FOLDER}")
        docker.tag(reference, target)
        docker.push(target, {"username": USER, "password": PASSWORD})
    mirror.serve_without_prefix(FOLDER)
    trust(docker, {mirror.name: wrong_ca})


def trust(docker, cas: dict[str, str]) -> None:
    docker.put_files("/etc/docker/certs.d", {
        f"{registry}/ca.crt": File(ca.encode()) for registry, ca in cas.items()
    })


@pytest.fixture
def docker(db, host_pk):
    """The engine, without any image of Harbor's."""
    with engine_of(None, DockerHost.objects.get(pk=host_pk)) as docker:
        for reference in docker.images():
            if "goharbor/" in reference:
                docker.remove_image(reference)
        yield docker


@pytest.fixture
def release(mirror, docker):
    return Release.objects.create(
        version=VERSION, source=Release.Source.MIRROR, mirror_prefix=f"{mirror.name}/{FOLDER}",
        mirror_username=USER, mirror_password=PASSWORD, mirror_ca_pem=mirror.ca_pem,
    )


@pytest.fixture
def instance(release, host_pk):
    return HarborInstance.objects.create(
        name="mirrored", fqdn="mirror-host.lab.test", release=release, storage="local",
        registry_gib=1, database_gib=1, redis_gib=1, jobservice_gib=1,
        host=DockerHost.objects.get(pk=host_pk),
    )


@pytest.fixture
def load(instance, settings, carry_out):
    settings.PIPELINES = "tests.deployments.pipelines.PIPELINES"
    return lambda: carry_out(operations.start("load-real-images", instance))


def refused(operation, *words: str) -> None:
    assert operation.state == "failed", told(operation)
    for word in words:
        assert word in operation.reason, told(operation)
    assert operation.advice.endswith("then resume."), told(operation)


def test_the_mirrors_password_is_wrong(load, release, docker, mirror):
    Release.objects.filter(pk=release.pk).update(mirror_username="stranger")

    refused(load(), f"{mirror.name} refuses the user stranger")

    assert not [name for name in docker.images() if "goharbor/" in name]


def test_a_mirror_with_login_gets_none(load, release, mirror):
    Release.objects.filter(pk=release.pk).update(mirror_username="")

    refused(load(), f"{mirror.name} wants a login")


def test_the_mirrors_ca_is_another(load, release, mirror):
    Release.objects.filter(pk=release.pk).update(mirror_ca_pem=new_ca("Another CA")[0])

    refused(load(), f"does not trust the certificate of {mirror.name}")


def test_the_mirror_is_away(load, release, lab):
    address = f"{lab.subnet.gateway}:1"
    Release.objects.filter(pk=release.pk).update(mirror_prefix=f"{address}/{FOLDER}")

    refused(load(), f"cannot reach {address}")


def test_every_image_that_the_mirror_lacks_is_named_before_any_is_pulled(load, docker, mirror):
    with mirror.lacking(f"{FOLDER}/goharbor/harbor-core"), mirror.lacking(
        f"{FOLDER}/goharbor/nginx-photon"
    ):
        operation = load()

    refused(operation, f"goharbor/harbor-core:{VERSION}", f"goharbor/nginx-photon:{VERSION}")
    assert not [name for name in docker.images() if "goharbor/" in name]


def test_public_names_are_pulled_through_the_engines_own_mirror(load, release, docker):
    Release.objects.filter(pk=release.pk).update(
        source=Release.Source.REGISTRY, mirror_prefix="", mirror_username="", mirror_ca_pem="",
    )

    operation = load()

    assert operation.state == "succeeded", told(operation)
    assert set(REFERENCES) <= set(docker.images())


def test_a_registry_is_made_from_a_mirrors_images_after_its_password_was_corrected(
    instance, release, docker, mirror, carry_out
):
    release.mirror_password = "Guessing12345"
    release.save()
    operation = carry_out(services.deploy(instance))
    refused(operation, f"{mirror.name} refuses the user {USER}")
    assert operation.steps.get(state="failed").slug == "load-images"
    release.mirror_password = PASSWORD
    release.save()

    operation = carry_out(operations.resume(operation, by=None))

    assert operation.state == "succeeded", told(operation)
    assert set(REFERENCES) <= set(docker.images())
    text = "\n".join(operation.lines.values_list("text", flat=True))
    assert "Guessing12345" not in text
    assert PASSWORD not in text
    carry_out(services.retire(instance, typed_name=instance.name, delete_volumes=True))
