"""New certificates between console and engine: ours as a client first, then the engine's own."""

from collections.abc import Callable

from django.db import transaction

from certificates.leftovers import replace_leftovers
from certificates.models import Certificate
from certificates.renewal import problems_with_renewal
from hosts.engine import Engine, EngineError, engine_of, open_engine
from hosts.engine_certificate import certificate_on_disk, serve_engine_certificate
from hosts.engine_files import FOLDER
from hosts.identities import expect, issue_client_certificate, issue_lasting_certificate
from hosts.models import DockerHost
from hosts.subject import host_of
from operations.errors import StepFailed
from operations.run import Run

# Harbor's containers look every 30 seconds, some after a pause of a minute.
_HEALTH_SECONDS = 180.0


def check_engine(run: Run) -> None:
    """Everything that would lock us out or stop containers, before anything is changed."""
    host = host_of(run)
    engine = engine_of(run, host)
    problems = problems_with_renewal(host.authority, names=[host.tls_name])
    if not engine.info().get("LiveRestoreEnabled"):
        problems.append(
            "Its engine would stop all containers at a restart: set “live-restore” to true in "
            "/etc/docker/daemon.json and reload it."
        )
    if not _is_from_us(host, certificate_on_disk(engine)):
        problems.append(
            f"{FOLDER}/server.pem is not a certificate that Slipway gave it: run the script "
            "from the host's page there."
        )
    if problems:
        raise StepFailed(
            f"The certificates of {host} cannot be renewed: {' '.join(problems)}",
            advice="Nothing was touched. Correct these, then resume.",
        )
    run.log(f"The engine's certificate ends on {host.server_certificate.not_after:%Y-%m-%d}, "
            f"ours on {host.client_certificate.not_after:%Y-%m-%d}")


def renew_client(run: Run) -> None:
    """The new one is tried before the old one is dropped; the old one stays valid to its end."""
    host = host_of(run)
    certificate = _made_once(run, lambda: issue_client_certificate(host))
    run.keep_secret(certificate.key_pem)
    before = host.client_certificate
    if before.pk != certificate.pk:
        _try_as_client(host, certificate)
        run.checkpoint()
        host.record(client_certificate=certificate)
        _mark_replaced(before)
    run.log(f"The engine accepts our certificate {certificate}, valid until "
            f"{certificate.not_after:%Y-%m-%d}")


def renew_server(run: Run) -> None:
    """The engine restarts with its new certificate; its containers go on."""
    host = host_of(run)
    certificate = _made_once(run, lambda: issue_lasting_certificate(host))
    engine = engine_of(run, host)
    if "running" not in run.facts:
        run.record(running=_running(engine))
    if host.server_certificate_id != certificate.pk:
        serve_engine_certificate(run, host, engine, certificate)
    expect(host)
    _await_health(run, engine)
    _tell_who_went_on(run, engine)


def _is_from_us(host: DockerHost, fingerprint: str) -> bool:
    """Also one that an earlier renewal left there before it was recorded as the host's."""
    issued = Certificate.objects.filter(common_name=host.tls_name, fingerprint=fingerprint)
    return bool(fingerprint) and issued.exists()


def _made_once(run: Run, make: Callable[[], Certificate]) -> Certificate:
    """The certificate of this step, the same after each resume."""
    if "made" not in run.facts:
        run.checkpoint()
        with transaction.atomic():
            run.record(made=str(make().uuid))
        host = host_of(run)
        replace_leftovers(run.operation, keep=[host.client_certificate, host.server_certificate])
    certificate = Certificate.objects.get(uuid=run.facts["made"])
    if not certificate.is_usable:
        raise StepFailed(f"{certificate} may not be used any more.", advice="Start a new renewal.")
    return certificate


def _try_as_client(host: DockerHost, certificate: Certificate) -> None:
    trial = DockerHost.objects.get(pk=host.pk)
    trial.client_certificate = certificate  # never saved
    try:
        with open_engine(trial) as engine:
            engine.ping()
    except EngineError as error:
        raise StepFailed(
            f"The engine of {host} does not accept our new certificate; the old one stays in use.",
            advice=f"Compare {FOLDER}/ca.pem on the host with the authority “{host.authority}”.",
            detail=error.detail or error.message,
        ) from error


def _mark_replaced(certificate: Certificate) -> None:
    if not DockerHost.objects.filter(client_certificate=certificate).exists():
        Certificate.objects.filter(pk=certificate.pk, state=Certificate.State.VALID).update(
            state=Certificate.State.REPLACED
        )


def _running(engine: Engine) -> dict[str, str]:
    """Name of each running container → when it was started."""
    names = [found.name for found in engine.all_containers()]
    documents = [engine.inspect(name) for name in names]
    return {
        name: document["State"]["StartedAt"]
        for name, document in zip(names, documents, strict=True)
        if document and document["State"]["Running"]
    }


def _await_health(run: Run, engine: Engine) -> None:
    """A restarted engine knows of no container how it fares until it has looked again."""
    run.wait_until(
        lambda: "starting" not in _health(engine), timeout=_HEALTH_SECONDS,
        what="the health checks of the containers",
    )


def _health(engine: Engine) -> set[str]:
    documents = [engine.inspect(found.name) for found in engine.all_containers()]
    return {
        (document["State"].get("Health") or {}).get("Status", "") for document in documents
        if document
    }


def _tell_who_went_on(run: Run, engine: Engine) -> None:
    before, now = run.facts["running"], _running(engine)
    stopped = sorted(name for name, started in before.items() if now.get(name) != started)
    if stopped:
        run.log(f"These containers did not go on meanwhile: {', '.join(stopped)}",
                level="warning")
    else:
        run.log(f"All {len(before)} containers went on meanwhile")
