"""A Prism to talk to, and a client that never sleeps."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from lab.prism import Knobs, PrismSimulator
from nutanix.prism.central import PrismCentral
from nutanix.prism.element import PrismElement
from nutanix.prism.session import PrismSession
from nutanix.prism.types import VMSpec


@pytest.fixture
def ada(db):
    """Ada operates everything."""
    client = Client()
    user = get_user_model().objects.create(username="ada", is_staff=True, is_superuser=True)
    client.force_login(user)
    return client


@pytest.fixture
def knobs():
    return Knobs()


@pytest.fixture
def prism(knobs):
    with PrismSimulator(knobs=knobs) as simulator:
        yield simulator


@pytest.fixture
def open_client(prism):
    """Opens clients; each remembers in `.pauses` how long it would have waited."""
    opened = []

    def open_it(**changes):
        login = {"username": prism.username, "password": prism.password,
                 "ca_pem": prism.ca_pem, "read_timeout": 5}
        session = PrismSession(**(login | {"url": prism.url, "name": "lab"} | changes))
        client = PrismCentral(session)
        client.pauses = []
        session.pause = client.pauses.append
        opened.append(client)
        return client

    yield open_it
    for client in opened:
        client.close()


@pytest.fixture
def client(open_client):
    return open_client()


@pytest.fixture
def spec(prism):
    return VMSpec(
        name="harbor-01", mark="Slipway host 8d3e", cluster=prism.cluster.uuid,
        subnet=prism.subnet.uuid, image=prism.image.uuid, cpus=2, memory_mib=4096, disk_gib=40,
        user_data="#cloud-config\nkey: top-secret-value\n",
    )


@pytest.fixture
def open_element(prism):
    """Opens clients of the same Prism as a Prism Element; they never sleep either."""
    opened = []

    def open_it(**changes):
        prism.knobs.role = "pe"
        login = {"username": prism.username, "password": prism.password,
                 "ca_pem": prism.ca_pem, "read_timeout": 5}
        session = PrismSession(**(login | {"url": prism.url, "name": "lab"} | changes))
        client = PrismElement(session)
        client.pauses = []
        session.pause = client.pauses.append
        opened.append(client)
        return client

    yield open_it
    for client in opened:
        client.close()


@pytest.fixture(params=["pc_v4", "pe_v2"])
def driver(request, open_client, open_element):
    """A client of either kind."""
    return open_client() if request.param == "pc_v4" else open_element()
