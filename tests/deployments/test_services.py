"""Starting operations: refused with every reason, rows first, what is lost is named."""

import pytest

from deployments import services
from deployments.models import HarborInstance, Release
from hosts.models import DockerHost, Volume
from operations.errors import Refused
from operations.models import Operation
from tests.deployments.rows import make_host, make_instance, make_release

pytestmark = pytest.mark.django_db
State = HarborInstance.State


def test_deploy_records_machine_and_volumes_before_anything_is_made():
    instance = make_instance()

    operation = services.deploy(instance)

    instance.refresh_from_db()
    assert operation.kind == "deploy"
    assert instance.state == State.DEPLOYING
    assert instance.host.name == "acme"
    assert instance.host.memory_mib == instance.preset.memory_mib
    names = set(Volume.objects.values_list("name", flat=True))
    assert names == {"acme-registry", "acme-database", "acme-redis", "acme-jobservice"}


def test_two_clicks_give_one_operation_and_one_machine():
    instance = make_instance()

    first, second = services.deploy(instance), services.deploy(instance)

    assert first == second
    assert DockerHost.objects.count() == 1
    assert Volume.objects.count() == 4


def test_deploy_tells_every_reason_at_once_and_touches_nothing():
    make_instance(name="acme", fqdn="registry.example.com")
    instance = make_instance(
        name="team_b", fqdn="localhost", cluster=None, https_port=80,
        auth_mode=HarborInstance.AuthMode.LDAP,
        release=make_release(
            version="latest", images=[], archive="x.tgz", architecture="arm64"
        ),
    )

    with pytest.raises(Refused) as caught:
        services.deploy(instance)

    words = ("underscore", "localhost", "cluster", "port 80", "ldap_url", "latest", "only amd64")
    for word in words:
        assert word in caught.value.message
    assert not Operation.objects.exists()
    assert not Volume.objects.exists()


def test_an_existing_host_off_the_cluster_cannot_have_volume_groups():
    instance = make_instance(host=make_host(), cluster=None)

    (problem,) = services.check_request(instance)

    assert "volume groups" in problem


def test_kept_data_is_not_taken_by_accident():
    Volume.objects.create(name="acme-database", role="database", size_gib=1, kept=True)

    (problem,) = services.check_request(make_instance())

    assert "acme-database" in problem


def test_kept_data_is_taken_over_with_the_secrets_it_was_written_with():
    former = make_instance(state=State.RETIRED, secretkey="0123456789abcdef")
    kept = Volume.objects.create(name="acme-database", role="database", size_gib=1, kept=True)
    instance = make_instance(takes_over=former)

    services.deploy(instance)

    instance.refresh_from_db()
    kept.refresh_from_db()
    assert kept.claimed_by == str(instance.uuid)
    assert instance.secretkey == former.secretkey
    assert instance.database_password == former.database_password
    assert instance.admin_password == former.admin_password


def test_kept_data_of_another_release_is_refused():
    former = make_instance(
        state=State.RETIRED, release=make_release(version="v2.14.0"), cluster=None
    )
    instance = make_instance(takes_over=former, release=make_release(version="v2.15.2"))

    assert any("v2.14.0" in problem for problem in services.check_request(instance))


@pytest.mark.parametrize("state", [State.DRAFT, State.STOPPED, State.RETIRED])
def test_only_a_registry_that_should_run_is_tested(state):
    with pytest.raises(Refused):
        services.self_test(make_instance(state=state))


def test_retiring_needs_the_name():
    instance = make_instance(state=State.RUNNING)

    with pytest.raises(Refused, match="acme"):
        services.retire(instance, typed_name="acne")

    assert services.retire(instance, typed_name="acme", delete_volumes=True).parameters == {
        "delete_volumes": True, "delete_host": False,
    }


def test_what_is_lost_is_named():
    instance = make_instance()
    services.deploy(instance)

    lines = "\n".join(services.loses(instance, delete_volumes=True, delete_host=True))
    kept = "\n".join(services.loses(instance, delete_volumes=False, delete_host=False))

    for name in ("registry.example.com", "acme-database", "100 GiB", "Docker host acme"):
        assert name in lines
    assert "acme-registry (100 GiB): deleted" in lines
    assert "acme-registry (100 GiB): kept" in kept


def test_a_release_is_registered_once(tmp_path):
    from tests.harbor.test_archive import images, installer

    path = installer(tmp_path, images())

    first, second = services.register_archive(path), services.register_archive(path)

    assert first == second
    assert Release.objects.get().architecture == "amd64"
    assert first.prepare_image() == "goharbor/prepare:v2.15.2"
