"""What goes wrong with the Docker engine and what runs on it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from lib.waiting import wait_until
from tests.deployments.sabotage.place import INSTALL, OVERRIDE, Fault, Place

DAEMON = "/etc/docker/daemon.json"
CORE = f"{INSTALL}/common/config/core/env"


@contextmanager
def _stopped(place: Place, container: str) -> Iterator[None]:
    place.on_host("docker", "stop", "--time", "2", container)
    try:
        yield
    finally:
        place.on_host("docker", "start", container)
        place.await_well()


@contextmanager
def _another_compose_file(place: Place, service: str, change: dict) -> Iterator[None]:
    """Somebody changed a service by hand and ran compose."""
    def changed(text: str) -> str:
        document = yaml.safe_load(text)
        document["services"][service] |= change
        return yaml.safe_dump(document)

    try:
        with place.edited(OVERRIDE, changed):
            _bring_up(place)
            yield
    finally:
        _bring_up(place)


def _bring_up(place: Place) -> None:
    """What changed is made anew; the proxy then finds it at its new address."""
    place.compose("up", "--detach")
    place.on_host("docker", "kill", "--signal", "HUP", "nginx")
    place.await_well()


@contextmanager
def a_stopped_log_container(place: Place) -> Iterator[None]:
    with _stopped(place, "harbor-log"):
        yield


@contextmanager
def a_stopped_portal(place: Place) -> Iterator[None]:
    with _stopped(place, "harbor-portal"):
        yield


@contextmanager
def a_stopped_registryctl(place: Place) -> Iterator[None]:
    with _stopped(place, "registryctl"):
        yield


@contextmanager
def a_stopped_jobservice(place: Place) -> Iterator[None]:
    with _stopped(place, "harbor-jobservice"):
        yield


@contextmanager
def a_plain_bind_in_place_of_the_volume(place: Place) -> Iterator[None]:
    place.on_host("install", "-d", "-o", "10000", "-g", "10000", "/srv/elsewhere")
    with _another_compose_file(place, "registry", {"volumes": ["/srv/elsewhere:/storage"]}):
        yield


@contextmanager
def a_proxy_whose_log_goes_nowhere(place: Place) -> Iterator[None]:
    with _another_compose_file(place, "proxy", {"logging": {"driver": "none"}}):
        yield


@contextmanager
def an_external_address_of_somebody_else(place: Place) -> Iterator[None]:
    url = place.instance.url
    try:
        with place.edited(CORE, lambda text: text.replace(url, "https://elsewhere.lab.test")):
            _bring_up(place)
            yield
    finally:
        _bring_up(place)


@contextmanager
def no_authority_on_the_engine(place: Place) -> Iterator[None]:
    file = f"/etc/docker/certs.d/{place.instance.registry_host}/ca.crt"
    place.on_host("mv", file, f"{file}.away")
    try:
        yield
    finally:
        place.on_host("mv", f"{file}.away", file)


@contextmanager
def _insecure(place: Place, entry: str) -> Iterator[None]:
    try:
        with _insecure_registries(place, [entry]):
            yield
    finally:
        # A reload takes back only what the file says, not what it leaves out.
        with _insecure_registries(place, []):
            pass


@contextmanager
def _insecure_registries(place: Place, entries: list[str]) -> Iterator[None]:
    def changed(text: str) -> str:
        return json.dumps(json.loads(text) | {"insecure-registries": entries})

    with place.edited(DAEMON, changed):
        before = _reloads(place)
        place.on_host("systemctl", "reload", "docker")
        wait_until(
            lambda: _reloads(place) > before, what="the engine to read its settings", timeout=30,
            interval=0.1,
        )
        yield


def _reloads(place: Place) -> int:
    """How often the engine has read its settings anew, by its own log."""
    log = place.on_host("journalctl", "--unit", "docker", "--boot", "--no-pager")
    return log.count("Reloaded configuration")


@contextmanager
def an_insecure_registry(place: Place) -> Iterator[None]:
    with _insecure(place, place.instance.registry_host):
        yield


@contextmanager
def an_insecure_registry_with_its_port(place: Place) -> Iterator[None]:
    with _insecure(place, f"{place.instance.fqdn}:{place.instance.https_port}"):
        yield


@contextmanager
def an_insecure_network(place: Place) -> Iterator[None]:
    with _insecure(place, "0.0.0.0/0"):
        yield


FAULTS = (
    Fault(a_plain_bind_in_place_of_the_volume, {"volumes": "copy it first"}),
    Fault(a_stopped_log_container, {"components": "last lines"}),
    Fault(a_stopped_portal, {"components": "", "ui-login": ""}),
    Fault(a_stopped_registryctl, {"components": "", "job-service": ""}),
    Fault(a_stopped_jobservice, {"components": "", "job-service": ""}),
    Fault(an_external_address_of_somebody_else, {"api-login": "deploy again"}),
    Fault(no_authority_on_the_engine, {"engine-trust": "certs.d", "engine-push": ""}),
    Fault(an_insecure_registry, {"engine-trust": "insecure-registries"}),
    Fault(an_insecure_registry_with_its_port, {"engine-trust": "insecure-registries"}),
    Fault(an_insecure_network, {"engine-trust": "insecure-registries"}),
    Fault(a_proxy_whose_log_goes_nowhere, {"logs": "logging driver"}),
)
