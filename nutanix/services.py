"""What people and other rooms may ask: test a connection, read its clusters."""

from django.utils import timezone

from lib.errors import ServiceError
from nutanix.choosing import choose_the_only_ones
from nutanix.models import Cluster, Prism
from nutanix.prism import PrismClient
from nutanix.prism.errors import CertificateChanged, Untrusted, WrongPassword
from nutanix.prism.trust import served_by
from nutanix.prism.types import ClusterInfo, PrismFacts
from nutanix.watching import watch


def verify(prism: Prism) -> PrismFacts:
    """Log in and look at everything we need; the row remembers the outcome.

    Raises ServiceError with the sentence that the row then shows.
    """
    watch(prism)
    try:
        with prism.client() as client:
            client.session.repeats = 1  # a person waits for the answer
            facts = client.verify()
    except Untrusted as error:
        told = _told_about_trust(prism, error)
        _record(prism, problem=f"{told.message} {told.advice}", alarmed=True)
        raise told from error
    except ServiceError as error:
        _record(
            prism, problem=f"{error.message} {error.advice}".strip(),
            alarmed=isinstance(error, WrongPassword),
        )
        raise
    _record(prism, problem="", alarmed=False, verified_at=timezone.now(), version=facts.version)
    return facts


def _told_about_trust(prism: Prism, error: Untrusted) -> Untrusted:
    """The same, with what is served there and how to trust it if it is right."""
    served = served_by(prism.url)
    if served is None:
        return error
    return type(error)(
        f"{error.message} {served}",
        advice=error.advice if isinstance(error, CertificateChanged)
        else "If this is the certificate that Prism shows you, enter its fingerprint, "
        "or give the CA certificate that signed it.",
        detail=error.detail,
    )


def read_clusters(prism: Prism) -> list[Cluster]:
    """One row per AHV cluster behind this Prism, with its facts as of now."""
    with prism.client() as client:
        return [_cluster_row(prism, client, info) for info in client.clusters()]


def _cluster_row(prism: Prism, client: PrismClient, info: ClusterInfo) -> Cluster:
    """What is shown of it; images and subnets are searched when somebody chooses one."""
    facts = {
        "version": info.version, "nodes": info.nodes, "read_only": info.read_only,
        "fault_tolerance": info.fault_tolerance, "hypervisors": list(info.hypervisors),
        "data_services_address": info.data_services_address, "ha": vars(client.ha(info)),
        "containers": [vars(each) for each in client.containers(info.ext_id)],
    }
    cluster, _ = Cluster.objects.update_or_create(
        prism=prism, ext_id=info.ext_id,
        defaults={"name": info.name, "facts": facts, "checked_at": timezone.now()},
    )
    choose_the_only_ones(cluster, client)
    cluster.save()
    return cluster


def _record(prism: Prism, **changes: object) -> None:
    Prism.objects.filter(pk=prism.pk).update(**changes)
    for field, value in changes.items():
        setattr(prism, field, value)
