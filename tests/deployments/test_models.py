"""What the tables themselves refuse, and what an instance knows about itself."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from deployments.models import HarborInstance, Release
from deployments.models.sizes import PRESETS, ROLES, Size
from tests.deployments.rows import make_cluster, make_host, make_instance, make_release

pytestmark = pytest.mark.django_db


def refused(**changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_instance(**changes)


def test_two_living_instances_share_neither_name_nor_domain_name():
    make_instance()

    refused(fqdn="other.example.com")
    refused(name="other")


def test_a_retired_instance_leaves_its_names_to_others():
    make_instance(state=HarborInstance.State.RETIRED)

    assert make_instance().pk


def test_an_engine_carries_one_harbor():
    host = make_host()
    make_instance(host=host)

    refused(name="other", fqdn="other.example.com", host=host)


def test_every_new_instance_has_passwords_of_its_own():
    one, other = make_instance(), make_instance(name="other", fqdn="other.example.com")

    assert len({one.admin_password, one.database_password, other.admin_password}) == 3


def test_secrets_lie_encrypted_in_the_database():
    instance = make_instance(secretkey="0123456789abcdef")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM deployments_harborinstance")
        stored = str(cursor.fetchall())

    for secret in (instance.admin_password, instance.database_password, "0123456789abcdef"):
        assert secret not in stored
    assert HarborInstance.objects.get().secretkey == "0123456789abcdef"


def test_sizes_follow_the_preset_unless_given():
    instance = make_instance(size=Size.MEDIUM, database_gib=7)

    assert instance.gib_of("database") == 7
    assert instance.gib_of("registry") == PRESETS[Size.MEDIUM].registry


def test_presets_are_not_below_harbors_minimum():
    for preset in PRESETS.values():
        assert preset.cpus >= 2
        assert preset.memory_mib >= 4096
        assert preset.disk_gib >= 40
        assert all(getattr(preset, role) >= 1 for role in ROLES)


def test_the_port_is_named_only_when_it_is_not_443():
    assert make_instance().registry_host == "registry.example.com"
    other = make_instance(name="other", fqdn="b.example.com", https_port=8443)
    assert other.url == "https://b.example.com:8443"


def test_no_name_with_an_underscore_and_no_domain_name_without_a_domain():
    instance = make_instance(name="team_a", fqdn="registry", cluster=make_cluster())

    with pytest.raises(ValidationError) as caught:
        instance.full_clean()

    assert set(caught.value.message_dict) == {"name", "fqdn"}


@pytest.mark.parametrize("archive", ["../secrets.tgz", "/etc/passwd", "a/../../b.tgz"])
def test_an_archive_lies_in_the_folder_of_releases(archive):
    with pytest.raises(ValidationError) as caught:
        Release(version="v2.15.2", archive=archive).full_clean()

    assert "archive" in caught.value.message_dict


def test_a_registry_release_knows_harbors_images_without_a_list():
    release = make_release(source=Release.Source.REGISTRY, images=[], version="v2.14.0")

    names = [image.name for image in release.image_list()]

    assert "redis-photon" in names
    assert release.prepare_image() == "goharbor/prepare:v2.14.0"


def test_everything_that_is_wrong_with_a_mirror_is_told_at_once():
    release = Release(
        source="mirror", mirror_prefix="https://Mirror.example.com", mirror_username="reader",
        mirror_ca_pem="no certificate",
    )

    with pytest.raises(ValidationError) as caught:
        release.clean()

    assert set(caught.value.message_dict) == {
        "version", "mirror_prefix", "mirror_username", "mirror_ca_pem",
    }


@pytest.mark.parametrize(
    "prefix", ["registry.example.com", "10.0.0.5:5000/hub", "localhost:5000/a/b_c", "r.example/m/"]
)
def test_prefixes_that_docker_understands_are_taken(prefix):
    Release(source="mirror", version="v2.15.2", mirror_prefix=prefix).clean()
