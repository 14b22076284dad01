"""What holds for every check of the self-test."""

import pytest

from deployments.checklist import CHECKS
from tests.deployments.sabotage import FAULTS, REPRESENTATIVE

SLUGS = {check.slug for check in CHECKS}


def test_every_check_has_a_name_of_its_own():
    assert len(SLUGS) == len(CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.slug)
def test_every_check_can_fail_alone(check):
    """A check without a fault that only it notices proves nothing."""
    assert any(fault.failing.keys() == {check.slug} for fault in FAULTS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.slug)
def test_every_check_knows_what_to_do_when_others_do_not_say(check):
    assert check.advice.endswith(".")


def test_faults_name_only_checks_that_there_are():
    assert set().union(*(fault.failing for fault in FAULTS)) == SLUGS
    assert all(fault in FAULTS for fault in REPRESENTATIVE)
