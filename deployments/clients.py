"""Clients for a run's own Harbor: opened once, closed at its end, never in the log."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certificates.services import trust_bundle
from deployments.models import HarborInstance
from harbor.client import HarborClient
from harbor.registry import RegistryClient
from hosts.engine import Engine, engine_of
from operations.run import Run

ADMINISTRATOR = "admin"


def engine(run: Run) -> Engine:
    """The engine of the instance's host."""
    return engine_of(run, run.subject.host)


def keep_secrets(run: Run) -> None:
    """Teach the log every secret of the instance before anything can print one."""
    instance = run.subject
    for secret in (
        instance.admin_password, instance.database_password, instance.auth_secret,
        instance.secretkey, instance.private_key_pem, instance.release.mirror_password,
    ):
        if secret:
            run.keep_secret(secret)


def trust_file(run: Run) -> str:
    """A file with the CA certificates that sign this Harbor, for the length of the run."""
    return run.resource("harbor-trust", lambda: trust_file_of(run.subject))


def harbor(run: Run) -> HarborClient:
    """Harbor's API as its administrator, at the host's address."""
    return run.resource("harbor", lambda: open_harbor(run.subject, trust_file(run)))


def open_harbor(
    instance: HarborInstance, ca_file: str, *, password: str | None = None
) -> HarborClient:
    """A client of its own, for other passwords than ours too."""
    return HarborClient(
        instance.registry_host, address=instance.host.address, ca_file=ca_file,
        username=ADMINISTRATOR,
        password=instance.admin_password if password is None else password,
    )


def open_registry(
    instance: HarborInstance, ca_file: str, *, anonymous: bool = False
) -> RegistryClient:
    """The registry protocol as the administrator, or as nobody."""
    return RegistryClient(
        instance.registry_host, address=instance.host.address, ca_file=ca_file,
        username="" if anonymous else ADMINISTRATOR,
        password="" if anonymous else instance.admin_password,
    )


@contextmanager
def trust_file_of(instance: HarborInstance) -> Iterator[str]:
    """A file with the CA certificates that sign this Harbor, as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="slipway-trust-") as folder:
        path = Path(folder) / "ca.pem"
        path.write_text(trust_bundle(instance.certificate))
        yield str(path)
