"""From beginning to end: look, try a wrong password, write when asked, save the transcript."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.text import slugify

from nutanix.first_contact.contact import Contact, Finding
from nutanix.first_contact.looking import look_at_central, look_at_element, try_wrong_password
from nutanix.first_contact.transcript import Transcript
from nutanix.first_contact.writing import write
from nutanix.models import Prism
from nutanix.prism import PrismClient
from nutanix.prism.session import PrismSession


def first_contact(
    prism: Prism, say: Callable[[Finding], None], *, writing: bool = False
) -> Path:
    """Walk the checklist; the transcript's file. It has no secret, but names and addresses."""
    transcript = Transcript(prism.password, prism.api_key, prism.username)
    findings: list[Finding] = []
    file = _file_for(prism)
    try:
        with prism.client() as client:
            client.session.heard = transcript.hear
            client.session.repeats = 1
            contact = Contact(client, say, findings)
            _walk(contact, prism, transcript, writing=writing)
    finally:
        transcript.save(file, kind=prism.kind, findings=[vars(each) for each in findings])
    return file


def _walk(contact: Contact, prism: Prism, transcript: Transcript, *, writing: bool) -> None:
    client: PrismClient = contact.client
    facts = client.verify()
    contact.found("5", f"{facts.name} {facts.version} speaks {facts.apis}")
    look = look_at_central if client.kind == "pc_v4" else look_at_element
    look(contact)
    for cluster in client.clusters():
        contact.found("8", f"{cluster}")
        contact.found("8", f"High availability: {client.ha(cluster)}")
    stranger = PrismSession(
        prism.url, name=prism.name, username=prism.username or "slipway-nobody",
        password="not the password of this user", ca_pem=prism.ca_pem,  # noqa: S106
        fingerprint=prism.fingerprint, read_timeout=prism.read_timeout,
    )
    stranger.heard = transcript.hear
    try:
        try_wrong_password(contact, stranger)
    finally:
        stranger.close()
    if writing:
        for cluster in client.clusters()[:1]:
            write(contact, cluster)


def _file_for(prism: Prism) -> Path:
    name = f"{slugify(prism.name) or 'prism'}-{timezone.now():%Y%m%d-%H%M%S}.json"
    return Path(settings.DATA_DIR) / "first-contact" / name
