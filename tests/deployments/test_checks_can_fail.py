"""Each check notices the fault it is there for, blames nothing else, and says what to do."""

import pytest

from deployments import services
from tests.deployments.lab_rows import told
from tests.deployments.sabotage import FAULTS
from tests.deployments.sabotage.nginx import NGINX
from tests.deployments.sabotage.noticing import assert_noticed
from tests.deployments.sabotage.place import INSTALL, OVERRIDE, Place

pytestmark = [pytest.mark.lab, pytest.mark.full, pytest.mark.django_db]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_notices(instance, carry_out, tmp_path, fault):
    assert_noticed(fault, instance, tmp_path, carry_out)


def test_files_changed_by_hand_are_written_anew_as_the_advice_says(instance, carry_out, tmp_path):
    place = Place(instance, tmp_path)
    place.on_host("sed", "-i", "s/return 308/return 200 hello; #/", NGINX)
    place.on_host("sed", "-i", "s/driver: json-file/driver: none/", OVERRIDE)
    place.on_host("rm", f"{INSTALL}/.slipway.json")

    operation = carry_out(services.deploy(instance))
    place.on_host("docker", "restart", "nginx")
    place.await_well()

    assert carry_out(services.self_test(instance)).state == "succeeded", told(operation)


def test_and_all_is_well_again_after_the_repairs(instance, carry_out):
    operation = carry_out(services.self_test(instance))

    assert operation.state == "succeeded", told(operation)
    assert not operation.checks.exclude(state="passed").exists(), told(operation)
