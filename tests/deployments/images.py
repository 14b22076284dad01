"""A team's own image in a registry of the lab: pushed once, asked for later."""

from pathlib import Path

from certificates.services import trust_bundle
from deployments.clients import open_harbor, open_registry
from deployments.models import HarborInstance
from harbor.small_image import make_small_image
from lib.errors import ServiceError
from lib.waiting import wait_until

PROJECT = "team-a"


def trust(instance: HarborInstance, folder: Path) -> str:
    """A file with the CA certificates that a client of this registry needs."""
    path = folder / f"{instance.uuid}.pem"
    path.write_text(trust_bundle(instance.certificate))
    return str(path)


def push(instance: HarborInstance, folder: Path, name: str) -> str:
    """Push a new image as v1; its digest."""
    ca_file = trust(instance, folder)
    with open_harbor(instance, ca_file) as harbor:
        harbor.ensure_project(PROJECT)
    with open_registry(instance, ca_file) as registry:
        return registry.push(f"{PROJECT}/{name}", "v1", make_small_image())


def await_served(instance: HarborInstance, folder: Path, name: str) -> str:
    """The digest that a pull gives, once the registry serves it; nobody is asked to help."""
    ca_file = trust(instance, folder)

    def pulled() -> str:
        try:
            with open_registry(instance, ca_file) as registry:
                return registry.pull(f"{PROJECT}/{name}", "v1")[0]
        except ServiceError:
            return ""

    return wait_until(pulled, what=f"{name} to be served", timeout=240)
