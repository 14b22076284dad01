"""From nothing to a tested registry, on the lab's cluster with real parts."""

import pytest

from certificates.services import trust_bundle
from deployments import services
from deployments.checklist import CHECKS
from deployments.models import HarborInstance
from deployments.rotation.services import rotate
from hosts.models import Volume
from lab.control import Lab
from operations.models import LogLine, Operation, StepRun
from tests.deployments.images import await_served, push
from tests.deployments.lab_rows import told
from tests.deployments.pulling import Pulling
from tests.deployments.sabotage import REPRESENTATIVE
from tests.deployments.sabotage.noticing import assert_noticed

pytestmark = [pytest.mark.lab, pytest.mark.django_db]


def on_host(*command: str) -> str:
    """What a person at the machine's console would read."""
    result = Lab.connect().inside("acme", *command)
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def started_at() -> dict[str, str]:
    look = "docker ps -q | xargs -r docker inspect -f '{{.Name}} {{.State.StartedAt}}'"
    lines = on_host("sh", "-c", look)
    return dict(line.split() for line in lines.splitlines())


def test_every_check_of_the_first_self_test_passed(deployed, instance):
    operation = deployed.operation

    passed = set(operation.checks.filter(state="passed").values_list("slug", flat=True))

    assert passed == {check.slug for check in CHECKS}, told(operation)
    assert instance.state == HarborInstance.State.RUNNING
    assert instance.tested_at


def test_what_is_needed_to_use_the_volumes_again_is_kept(instance):
    found = on_host("cat", "/data/secret/keys/secretkey")

    assert instance.secretkey == found
    assert "PRIVATE KEY" in instance.private_key_pem
    assert "BEGIN CERTIFICATE" in instance.root_crt


def test_no_secret_is_in_what_the_operation_left(deployed, instance):
    told_lines = "\n".join(LogLine.objects.values_list("text", flat=True))
    told_steps = str(list(StepRun.objects.values_list("facts", "reason", "detail")))
    evidence = str(list(deployed.operation.checks.values_list("evidence", "detail")))

    for secret in (instance.admin_password, instance.database_password, instance.secretkey):
        assert secret not in told_lines + told_steps + evidence


def test_no_file_with_passwords_is_left_that_nobody_needs(instance):
    left = on_host("ls", "-A", "/opt/harbor").split()

    assert "input" not in left
    assert ".scratch" not in left
    assert ".before" not in left


def test_deploying_again_starts_no_container(instance, carry_out):
    before = started_at()

    operation = carry_out(services.deploy(instance))

    assert operation.state == "succeeded", told(operation)
    assert started_at() == before


def test_compose_typed_on_the_host_changes_nothing(instance):
    before = started_at()

    on_host("sh", "-c", "cd /opt/harbor && docker compose up -d")

    assert started_at() == before


def test_the_data_lies_on_volume_groups_and_not_on_the_root_disk(instance):
    mounts = on_host("sh", "-c", "findmnt -rn -o SOURCE,TARGET | grep docker/volumes")

    for volume in Volume.objects.filter(claimed_by=str(instance.uuid)):
        assert f"/volumes/{volume.name}/" in mounts
    assert on_host("ls", "-A", "/data/registry") == ""
    assert on_host("ls", "-A", "/data/database") == ""


@pytest.mark.parametrize("fault", REPRESENTATIVE, ids=lambda fault: fault.name)
def test_the_self_test_notices_what_was_broken(instance, carry_out, tmp_path, fault):
    assert_noticed(fault, instance, tmp_path, carry_out)


def test_stops_and_starts(instance, carry_out):
    stopped = carry_out(services.stop(instance))

    assert stopped.state == "succeeded", told(stopped)
    assert started_at() == {}

    started = carry_out(services.start(instance))

    assert started.state == "succeeded", told(started)
    assert len(started_at()) == 9


def test_after_a_power_cut_the_same_image_is_served_though_no_operation_runs(
    instance, carry_out, tmp_path
):
    digest = push(instance, tmp_path, "before-the-cut")
    operations = Operation.objects.count()
    lab = Lab.connect()
    lab.crash(name="acme")
    lab.power_on(name="acme")

    assert await_served(instance, tmp_path, "before-the-cut") == digest

    assert Operation.objects.count() == operations
    tested = carry_out(services.self_test(instance))
    assert tested.state == "succeeded", told(tested)


def test_rotates_its_certificate_without_a_failed_pull(instance, carry_out, tmp_path):
    """Late: the rows of the next test know nothing of what it leaves on the host."""
    before, old = started_at(), instance.certificate
    pulling = Pulling(instance, trusted_pem=trust_bundle(old), folder=tmp_path, rate=10)

    with pulling:
        pulling.await_pulls(5)
        operation = carry_out(rotate(instance))
        pulling.await_pulls(5)

    assert operation.state == "succeeded", told(operation)
    assert pulling.seen.failures == []
    instance.refresh_from_db()
    old.refresh_from_db()
    assert pulling.seen.pulls[-1][1] == instance.certificate.fingerprint != old.fingerprint
    assert old.state == "replaced"
    assert started_at() == before
    again = carry_out(services.deploy(instance))
    assert again.state == "succeeded", told(again)
    assert started_at() == before


def test_a_changed_setting_restarts_harbor_and_keeps_its_secrets(instance, carry_out):
    before, key = started_at(), instance.secretkey
    instance.record(size="medium")

    operation = carry_out(services.deploy(instance))

    assert operation.state == "succeeded", told(operation)
    assert started_at() != before
    instance.refresh_from_db()
    assert instance.secretkey == key
