"""Registering a Prism: first who answers there and whether we believe it, then who we are."""

from contextlib import closing
from dataclasses import dataclass

from django.utils import timezone

from lib.errors import ServiceError
from nutanix.models import Cluster, Prism
from nutanix.prism.detection import detect
from nutanix.prism.errors import Untrusted
from nutanix.prism.session import PrismSession
from nutanix.prism.trust import ServedCertificate, served_by
from nutanix.services import read_clusters
from nutanix.watching import watch

_ANSWER_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class Met:
    """What answers at an address. `kind` is empty where Prism shows nothing to strangers."""

    served: ServedCertificate
    is_trusted: bool
    kind: str = ""


def meet(prism: Prism) -> Met:
    """Look who answers, with no credentials. Raises ServiceError when no Prism does.

    An untrusted certificate is no error: it is shown, and somebody decides.
    """
    served = served_by(prism.url)
    if served is None:
        raise ServiceError(
            f"Nothing at {prism.url} shows a certificate.",
            advice="Check address and port; Prism usually listens on 9440.",
        )
    session = PrismSession(
        prism.url, name=prism.name, ca_pem=prism.ca_pem, fingerprint=prism.fingerprint,
        read_timeout=_ANSWER_SECONDS,
    )
    session.repeats = 1
    with closing(session):
        try:
            return Met(served=served, is_trusted=True, kind=detect(session))
        except Untrusted:
            return Met(served=served, is_trusted=False)


def register(prism: Prism) -> list[Cluster]:
    """Log in, look at everything we need, keep the connection and read its clusters.

    Raises ValidationError for what is written wrongly, ServiceError with the missing right;
    then nothing is kept.
    """
    prism.full_clean(exclude=["kind"])
    with closing(PrismSession.of(prism)) as session:
        session.repeats = 1
        prism.kind = detect(session)
    prism.full_clean()
    with prism.client() as client:
        client.session.repeats = 1
        prism.version = client.verify().version
    prism.verified_at = timezone.now()
    prism.save()
    watch(prism)
    return read_clusters(prism)
