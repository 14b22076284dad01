"""Harbor as its administrator, for a delivery or for a look."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from deployments.clients import ADMINISTRATOR, trust_file_of
from deployments.models import HarborInstance
from harbor.registry import RegistryClient
from harbor.tenants import TenantClient
from operations.errors import Refused
from operations.run import Run

# Seconds to connect and to answer, while a person waits for a page.
QUICK = (1.5, 3.0)
_PATIENT = (5.0, 30.0)


@contextmanager
def tenants_of(
    instance: HarborInstance, *, timeouts: tuple[float, float] = _PATIENT
) -> Iterator[TenantClient]:
    """A client of its own. Raises Refused for a registry that has no machine."""
    if instance.host is None or not instance.host.address:
        raise Refused(
            _("%(registry)s has no machine yet.") % {"registry": instance},
            advice=_("Deploy it first."),
        )
    with trust_file_of(instance) as ca_file, TenantClient(
        instance.registry_host, address=instance.host.address, ca_file=ca_file,
        username=ADMINISTRATOR, password=instance.admin_password, timeouts=timeouts,
    ) as client:
        yield client


def harbor(run: Run) -> TenantClient:
    """The registry of the run's request or robot; opened once, its password never in the log."""
    instance = run.subject.instance
    run.keep_secret(instance.admin_password)
    return run.resource("harbor", lambda: tenants_of(instance))


@contextmanager
def registry_as(instance: HarborInstance, login: str, secret: str) -> Iterator[RegistryClient]:
    """The registry protocol as the account that was made."""
    with trust_file_of(instance) as ca_file, RegistryClient(
        instance.registry_host, address=instance.host.address, ca_file=ca_file,
        username=login, password=secret,
    ) as client:
        yield client
