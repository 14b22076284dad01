"""Turn to the new pair, have nginx read it, and prove that it is served; else turn back."""

from collections.abc import Iterator
from contextlib import contextmanager

from certificates.models import Certificate
from certificates.probes import ProbeFailed, check_trust, served_certificate
from certificates.services import probe, trust_bundle
from deployments.clients import engine, keep_secrets
from deployments.configuration import LAYOUT
from deployments.containers import state_of
from deployments.prepare import run_script
from deployments.serving import expect
from deployments.stamp import put_stamp, stamp_of, stamp_on_host
from deployments.steps.check_rotation import PROXY
from deployments.steps.choose_certificate import former, replacement
from deployments.steps.stage_certificate import SLUG as STAGED
from deployments.trust import offer_ca
from harbor.served_pair import turn_pairs
from operations.errors import DatabaseAway, HandedOver, StepFailed, TakenOver
from operations.run import Run

# A reload takes milliseconds; a connection may meet an old worker until that has heard of it.
SERVED_WITHIN = 5.0
RESTARTED_WITHIN = 60.0
# Each is a fresh connection: nginx has as many workers as the host has processors.
_LOOKS = 5
_ADVICE = (
    "The old certificate is served again. Read what nginx said. Rotate again and allow a restart "
    "of nginx, or deploy again."
)


def serve_certificate(run: Run) -> None:
    """One step, because its parts have one way back; the books follow only what was seen."""
    keep_secrets(run)
    certificate, pair = replacement(run), run.fact(STAGED, "pair")
    with turned_back_on_failure(run):
        run.checkpoint()
        run_script(run, turn_pairs(LAYOUT, (pair, pair)))
        _take_over(run, certificate)
    _record(run, certificate)


@contextmanager
def turned_back_on_failure(run: Run) -> Iterator[None]:
    """Whatever fails inside, also a cancel: nginx serves the former pair again."""
    try:
        yield
    except (TakenOver, HandedOver, DatabaseAway):
        raise  # another process goes on here
    except BaseException:
        _turn_back(run)
        raise


def _turn_back(run: Run) -> None:
    """No checkpoint here: this must happen."""
    run_script(run, turn_pairs(LAYOUT, tuple(run.fact(STAGED, "before"))))
    if state_of(engine(run), PROXY).state != "running":
        engine(run).restart(PROXY)
    elif _is_sound(run):
        engine(run).kill(PROXY, "HUP")
    # Else it goes on with what it read long ago: that is the former certificate.
    run.log("Turned back to the former certificate", level="warning")


def _take_over(run: Run, certificate: Certificate) -> None:
    try:
        _reload(run)
        _await_served(run, certificate, SERVED_WITHIN)
    except StepFailed as problem:
        if not run.parameters.get("may_restart"):
            raise
        run.log(
            f"{problem.message} Restarting nginx, as was allowed: until it is back the registry "
            "does not answer", level="warning",
        )
        run.checkpoint()
        engine(run).restart(PROXY)
        _await_served(run, certificate, RESTARTED_WITHIN)


def _reload(run: Run) -> None:
    """HUP: nginx reads its files anew and lets requests under way end (`harbor.md 6.5`)."""
    if not _is_sound(run):
        raise StepFailed("nginx does not accept its files with the new pair.", advice=_ADVICE)
    run.checkpoint()
    engine(run).kill(PROXY, "HUP")
    run.log("nginx reads its certificate anew (HUP)")


def _is_sound(run: Run) -> bool:
    """What nginx itself says of its files, before it is asked to use them."""
    tested = engine(run).execute(PROXY, ["nginx", "-t"])
    for line in tested.output.splitlines() if tested.exit_code else ():
        run.log(f"nginx -t: {line}", level="error")
    return tested.exit_code == 0


def _await_served(run: Run, certificate: Certificate, limit: float) -> None:
    instance = run.subject
    try:
        run.wait_until(
            lambda: _is_served(run, certificate), timeout=limit, interval=0.1,
            what=f"{instance.fqdn} with the certificate {certificate.fingerprint[:16]}…",
        )
        check_trust(
            instance.host.address, instance.https_port, instance.fqdn,
            trusted_pem=trust_bundle(certificate),
        )
    except (StepFailed, ProbeFailed) as error:
        raise StepFailed(error.message, advice=_ADVICE, detail=error.detail) from error
    run.log(f"{instance.fqdn} serves {certificate.fingerprint[:16]}… on every new connection")


def _is_served(run: Run, certificate: Certificate) -> bool:
    instance = run.subject
    where = (instance.host.address, instance.https_port, instance.fqdn)
    try:
        return all(
            served_certificate(*where, timeout=2).facts.fingerprint == certificate.fingerprint
            for _ in range(_LOOKS)
        )
    except ProbeFailed:
        return False


def _record(run: Run, certificate: Certificate) -> None:
    """The row, the report, Harbor's download, and what a later deployment compares with."""
    instance, old = run.subject, former(run)
    endpoint = expect(instance, certificate)
    offer_ca(run, certificate)
    if stamp_on_host(run) == stamp_of(instance, old):
        put_stamp(run, stamp_of(instance, certificate))
    probe(endpoint)
    run.record(fingerprint=certificate.fingerprint)
    run.log(f"{instance} has {certificate}; {old} was replaced, it is not revoked")
