"""A cluster of the simulator or of the lab as rows, and a way to run a pipeline to its end."""

from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from lab.control import Lab
from lab.prism import Knobs, PrismSimulator
from nutanix.models import Prism
from nutanix.services import read_clusters
from operations import runner, services
from operations.models import LogLine, StepRun
from tests.lab.running import shared_lab


@pytest.fixture(autouse=True)
def _pipelines(settings):
    settings.PIPELINES = "tests.hosts.pipelines.PIPELINES"


@pytest.fixture
def ada(db):
    """Ada operates everything."""
    client = Client()
    ada = get_user_model().objects.create(username="ada", is_staff=True, is_superuser=True)
    client.force_login(ada)
    return client


@pytest.fixture
def prism():
    with PrismSimulator(knobs=Knobs()) as simulator:
        yield simulator


@pytest.fixture
def cluster(prism, db):
    return cluster_behind(prism.url, prism.ca_pem, prism.username, prism.password)


@pytest.fixture(scope="session")
def lab():
    """The lab of this test run."""
    with shared_lab():
        yield Lab.connect()


@pytest.fixture
def lab_cluster(lab, db):
    facts = lab.status()
    with open(facts["prism_ca_pem_path"]) as file:
        ca_pem = file.read()
    kind = {"pc": "pc_v4", "pe": "pe_v2"}[facts["role"]]
    yield cluster_behind(
        facts["prism_url"], ca_pem, facts["username"], facts["password"], kind=kind
    )
    lab.clear_faults()


def cluster_behind(url, ca_pem, username, password, kind="pc_v4"):
    prism = Prism.objects.create(
        name="lab", kind=kind, address=url, ca_pem=ca_pem, username=username, password=password
    )
    return read_clusters(prism)[0]


class Ended:
    """An operation that ended, with what it said."""

    def __init__(self, operation):
        operation.refresh_from_db()
        self.operation, self.state, self.reason = operation, operation.state, operation.reason
        self.advice = operation.advice
        self.steps = {step.slug: step for step in StepRun.objects.filter(operation=operation)}
        lines = LogLine.objects.filter(operation=operation).order_by("number")
        self.log = "\n".join(f"{line.at:%H:%M:%S} {line.text}" for line in lines)

    def __repr__(self):
        return f"{self.state}: {self.reason} {self.advice}\n{self.log}"


def carried_out(operation):
    runner.execute(operation.pk, threads=False)
    return Ended(operation)


@contextmanager
def provisioned(carry_out, host):
    """The planned host with its machine; what it has on the cluster is cleared away afterwards."""
    ended = carry_out("provision-host", host)
    assert ended.state == "succeeded", ended
    host.refresh_from_db()
    yield host
    ended = carry_out("clear", host)
    assert ended.state == "succeeded", ended


@pytest.fixture
def carry_out(db):
    """Runs a pipeline on a subject here and now; called with an Ended, resumes it."""

    def carry_out_now(kind, subject, **more):
        if isinstance(subject, Ended):
            operation = services.resume(subject.operation, by=None)
        else:
            operation = services.start(kind, subject, **more)
        return carried_out(operation)

    return carry_out_now
