"""The engine serves another certificate, or goes on with the one it had; nobody is locked out."""

from certificates.models import Certificate
from certificates.probes import ProbeFailed, served_certificate
from certificates.reading import CertificateUnreadable, certificates_in, facts_of
from hosts.engine import Engine, EngineError
from hosts.engine_files import FOLDER
from hosts.host_tool import HostTool
from hosts.models import DockerHost
from hosts.tool_engine import NEXT
from lib.archives import File
from operations.errors import StepFailed
from operations.run import Run

# An engine with many containers may take a minute to restart.
RESTART_SECONDS = 90.0
UNDO_SECONDS = 120
_SERVER_FILE = "server.pem"


def serve_engine_certificate(
    run: Run, host: DockerHost, engine: Engine, certificate: Certificate
) -> None:
    """Afterwards the engine serves `certificate` and the row says so.

    An engine that does not come back cannot be asked for anything. So the host is told first to
    put the old pair back by itself; that is called off when the new one has proved itself.
    """
    run.keep_secret(certificate.key_pem)
    tool = HostTool(engine)
    on_disk = certificate_on_disk(engine)
    if not on_disk:
        raise StepFailed(
            f"The engine of {host} has no certificate of ours in {FOLDER}.",
            advice="Run the script from the host's page on that machine, then resume.",
        )
    if on_disk != certificate.fingerprint:
        _put_beside(run, engine, certificate)
        tool.keep_former_pair()
        run.checkpoint()
        tool.undo_later(UNDO_SECONDS)
        tool.use_next_pair()
    else:  # an earlier attempt came as far as this
        run.checkpoint()
        tool.undo_later(UNDO_SECONDS)
    tool.restart_engine()
    _await_proof(run, host, engine, certificate)
    tool.forget_undo()
    if not serves(host, certificate.fingerprint):
        raise StepFailed(f"The engine of {host} turned back to its old certificate too soon.",
                         advice="Resume: it is tried again.")
    host.record(server_certificate=certificate)
    tool.remove_former_pair()
    run.log(f"The engine of {host} serves {certificate}, valid until "
            f"{certificate.not_after:%Y-%m-%d}")


def certificate_on_disk(engine: Engine) -> str:
    """The fingerprint of the certificate in our folder on the host; empty without one."""
    content = engine.get_files(FOLDER, [_SERVER_FILE]).get(_SERVER_FILE, b"")
    try:
        return facts_of(certificates_in(content.decode(errors="replace"))[0]).fingerprint
    except CertificateUnreadable:
        return ""


def serves(host: DockerHost, fingerprint: str) -> bool:
    """Whether a new connection meets this certificate."""
    try:
        served = served_certificate(host.address, host.engine_port, host.tls_name)
    except ProbeFailed:
        return False
    return served.facts.fingerprint == fingerprint


def _put_beside(run: Run, engine: Engine, certificate: Certificate) -> None:
    run.checkpoint()
    engine.put_files(FOLDER, {
        f"{NEXT}/server.pem": File(certificate.full_chain_pem.encode()),
        f"{NEXT}/server.key": File(certificate.key_pem.encode(), mode=0o600),
    })


def _await_proof(run: Run, host: DockerHost, engine: Engine, certificate: Certificate) -> None:
    """Served on a new connection, and the engine obeys us on it."""
    try:
        run.wait_until(
            lambda: serves(host, certificate.fingerprint) and _answers(engine), interval=0.5,
            timeout=RESTART_SECONDS, what=f"the engine of {host} with its new certificate",
        )
    except StepFailed as error:
        run.log(f"{error.message} The host puts the old one back by itself", level="warning")
        _await_former(run, host)
        raise StepFailed(
            f"The engine of {host} did not take its new certificate; it has the old one again.",
            advice=f"Look at “journalctl -u docker” on {host}: does its engine read its "
                   f"certificate from {FOLDER}? Then resume.",
        ) from error


def _await_former(run: Run, host: DockerHost) -> None:
    run.wait_until(
        lambda: serves(host, host.server_certificate.fingerprint), interval=0.5,
        timeout=UNDO_SECONDS + RESTART_SECONDS, what=f"the engine of {host} as it was before",
    )


def _answers(engine: Engine) -> bool:
    try:
        engine.ping()
    except EngineError:
        return False
    return True
