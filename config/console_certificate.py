"""The console's own HTTPS certificate, signed by its own authority."""

from pathlib import Path

from django.conf import settings

from certificates import services
from certificates.models import Certificate


def ensure_console_certificate() -> str:
    """Write `tls/console.pem` (key and chain, 0600) and `tls/console.crt` when they should change.

    A certificate whose time of renewal has come is followed by a new one. Returns the SHA-256
    fingerprint that a browser shows, so that a person can compare it.
    """
    certificate = services.ensure_certificate(
        authority=services.ensure_console_authority(), fqdn=_name(), addresses=_addresses()
    )
    file = certificate_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # One file, replaced at once: no key beside another certificate.
    wanted = certificate.key_pem + certificate.full_chain_pem
    if not file.exists() or file.read_text() != wanted:
        write_private(file, wanted)
        file.with_suffix(".crt").write_text(certificate.full_chain_pem)
        _mark_replaced(certificate)
    return certificate.fingerprint


def certificate_file() -> Path:
    """Where the web process finds the key and the chain."""
    return Path(settings.DATA_DIR) / "tls" / "console.pem"


def write_private(path: Path, text: str) -> None:
    """Write `text` so that nobody else can read it, not even for a moment."""
    temporary = path.with_suffix(path.suffix + ".new")
    temporary.unlink(missing_ok=True)
    temporary.touch(mode=0o600)
    temporary.write_text(text)
    temporary.replace(path)


def _mark_replaced(certificate: Certificate) -> None:
    """Those before it with the same names serve nowhere any more."""
    before = Certificate.objects.usable().filter(
        authority=certificate.authority, common_name=certificate.common_name, endpoints=None,
        usage=certificate.usage, not_after__lt=certificate.not_after,
    )
    for known in before:
        if known.sans == certificate.sans:
            known.state = Certificate.State.REPLACED
            known.save(update_fields=["state"])


def _name() -> str:
    """The first real name the console answers to; people reach it by that."""
    names = [host for host in settings.ALLOWED_HOSTS if host[:1].isalpha()]
    return next((name for name in names if name != "localhost"), "localhost")


def _addresses() -> list[str]:
    found = {"127.0.0.1", "::1"}
    found |= {host for host in settings.ALLOWED_HOSTS if host[:1].isdigit()}
    return sorted(found)
