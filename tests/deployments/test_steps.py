"""Single steps: the name that is waited for, images from a mirror."""

import pytest
from dnslib.server import DNSServer

from deployments.models import Release
from operations import services as operations
from tests.deployments.rows import make_host, make_instance, make_release
from tests.deployments.test_name_lookup import Zone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _our_pipelines(settings):
    settings.PIPELINES = "tests.deployments.pipelines.PIPELINES"


@pytest.fixture
def zone(settings):
    server = DNSServer(Zone(), address="127.0.0.1", port=0)
    server.start_thread()
    settings.SLIPWAY_NAME_SERVERS = [f"127.0.0.1:{server.server.server_address[1]}"]
    yield
    server.server.shutdown()
    server.server.server_close()


def lines(operation) -> str:
    return "\n".join(operation.lines.values_list("text", flat=True))


def named(fqdn: str, **changes):
    return make_instance(fqdn=fqdn, cluster=None, host=make_host(address="192.0.2.10"), **changes)


def test_goes_on_when_the_name_leads_to_the_host(zone, carry_out):
    operation = carry_out(operations.start("await-name", named("registry.example.com")))

    assert operation.state == "succeeded"


def test_says_the_exact_record_that_is_missing(zone, carry_out, monkeypatch):
    monkeypatch.setattr("deployments.steps.await_name._LIMIT", 0.0)

    operation = carry_out(operations.start("await-name", named("new.example.com")))

    assert operation.state == "failed"
    assert "new.example.com. IN A 192.0.2.10" in lines(operation)
    assert "new.example.com. IN A 192.0.2.10" in operation.advice
    assert "does not resolve" in lines(operation)


def test_goes_on_without_the_name_only_when_chosen(zone, carry_out):
    instance = named("new.example.com", continue_without_name=True)

    operation = carry_out(operations.start("await-name", instance))

    assert operation.state == "succeeded"
    assert operation.lines.filter(level="warning", text__contains="IN A 192.0.2.10").exists()


def test_images_of_a_mirror_get_harbors_names(carry_out):
    release = make_release(
        source=Release.Source.MIRROR, images=[], mirror_prefix="mirror.example.com/hub",
        mirror_username="reader", mirror_password="Reading12345", mirror_ca_pem="-----BEGIN",
    )
    instance = named("registry.example.com", release=release)

    operation = carry_out(operations.start("load-images", instance))

    assert operation.state == "succeeded", operation.reason
    asked = operation.steps.get().facts["asked"]
    assert asked[0] == ["put", "/etc/docker/certs.d", ["mirror.example.com/ca.crt"]]
    source = "mirror.example.com/hub/goharbor/prepare:v2.15.2"
    assert asked[1][:2] == ["pull", source]
    assert asked[2] == ["tag", source, "goharbor/prepare:v2.15.2"]
    assert len(asked) == 1 + 2 * 10
    assert "Reading12345" not in lines(operation) + str(asked[0])


def test_images_of_the_public_registry_are_pulled_by_their_own_names(carry_out):
    release = make_release(source=Release.Source.REGISTRY, images=[])

    operation = carry_out(
        operations.start("load-images", named("registry.example.com", release=release))
    )

    asked = operation.steps.get().facts["asked"]
    assert {verb for verb, *_ in asked} == {"pull"}
    assert ["pull", "goharbor/valkey-photon:v2.15.2", None] in asked
