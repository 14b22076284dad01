"""When something breaks, what ran goes on running, and the log says what an operator needs."""

import pytest

from deployments import services
from deployments.models import HarborInstance
from hosts.engine import engine_of
from lib.archives import File
from operations import services as operations
from tests.deployments.lab_rows import told

pytestmark = [pytest.mark.lab, pytest.mark.full, pytest.mark.django_db]
NGINX = "common/config/nginx/nginx.conf"
FILES = [NGINX, "common/config/core/env", "common/config/core/app.conf"]


def test_a_failing_prepare_leaves_configuration_and_certificate_as_they_were(
    instance, carry_out, settings
):
    with engine_of(None, instance.host) as docker:
        before = docker.get_files("/opt/harbor", FILES)
        served = docker.get_files("/data/secret/cert", ["server.crt", "server.key"])
        settings.PIPELINES = "tests.deployments.pipelines.PIPELINES"

        operation = carry_out(operations.start("bad-prepare", instance))

        assert operation.state == "failed"
        assert "exit code 255" in operation.reason, told(operation)
        assert docker.get_files("/opt/harbor", FILES) == before
        assert docker.get_files("/data/secret/cert", ["server.crt", "server.key"]) == served
        docker.restart("nginx")  # it reads its files anew
    settings.PIPELINES = "config.pipelines.PIPELINES"
    started = carry_out(services.start(instance))
    assert started.state == "succeeded", told(started)


def test_a_container_that_falls_again_and_again_shows_its_last_lines(instance, carry_out):
    with engine_of(None, instance.host) as docker:
        right = docker.get_files("/opt/harbor", [NGINX])[NGINX]
        docker.put_files("/opt/harbor", {NGINX: File(b"this is no nginx.conf;\n")})
        docker.stop("nginx")

        operation = carry_out(services.start(instance))

        assert operation.state == "failed"
        assert "nginx" in operation.reason
        shown = list(operation.lines.filter(text__startswith="nginx | ").values_list(
            "text", flat=True))
        assert any("unknown directive" in line for line in shown), told(operation)
        assert len(shown) <= 50
        docker.put_files("/opt/harbor", {NGINX: File(right)})
    again = carry_out(operations.resume(operation, by=None))
    assert again.state == "succeeded", told(again)


def test_a_port_that_others_took_is_named(instance, carry_out):
    stopped = carry_out(services.stop(instance))
    assert stopped.state == "succeeded", told(stopped)
    with engine_of(None, instance.host) as docker:
        image = docker.inspect("nginx")["Image"]
        config = docker.api.create_host_config(port_bindings={8080: 443})
        docker.api.create_container(
            image, host_config=config, name="intruder", entrypoint=["sleep", "600"],
            ports=[8080],
        )
        docker.start("intruder")

        operation = carry_out(services.start(instance))

        assert operation.state == "failed"
        assert "443" in operation.reason
        docker.remove_container("intruder")
    again = carry_out(operations.resume(operation, by=None))
    assert again.state == "succeeded", told(again)


def test_a_host_with_the_secrets_of_another_harbor_is_refused(instance, carry_out):
    instance.record(secretkey="another-harbor-1", size="large")

    operation = carry_out(services.deploy(instance))

    assert operation.state == "failed"
    assert "secret key of another Harbor" in operation.reason
    assert HarborInstance.objects.get(pk=instance.pk).state == HarborInstance.State.FAILED
