"""Let Harbor's own `prepare` write its files, tried in scratch folders first."""

import yaml

from certificates.services import trust_bundle
from deployments.clients import engine, keep_secrets
from deployments.configuration import LAYOUT, config_of
from deployments.harbor_secrets import keep_harbor_secrets, put_harbor_secrets_back
from deployments.models import HarborInstance
from deployments.prepare import restore_on_failure, run_prepare, run_script
from deployments.stamp import put_stamp, stamp_of, stamp_on_host
from deployments.trust import offer_ca
from harbor import prepare
from harbor.bundle import (
    COMPOSE_FILE,
    ENV_FILE,
    OVERRIDE_FILE,
    compose_env,
    harbor_yml,
    override_yml,
    problems_with,
)
from harbor.types import HarborConfig
from lib.archives import File
from operations.errors import StepFailed
from operations.run import Run


def render_configuration(run: Run) -> None:
    """Afterwards the install folder on the host is complete and its secrets are kept here."""
    keep_secrets(run)
    instance = run.subject
    config = _sound_config(instance)
    stamp = stamp_of(instance, instance.certificate)
    if stamp_on_host(run) == stamp:
        run.log("Harbor's files are on the host and unchanged")
        return
    put_harbor_secrets_back(run)
    _stage(run, instance, config)
    try:
        run_prepare(run, prepare.trial_binds(LAYOUT), what="a trial in scratch folders")
        with restore_on_failure(run):
            run_prepare(run, prepare.real_binds(LAYOUT), what="writing Harbor's files")
            _add_ours(run, config)
    finally:
        if not run.hold.lost.is_set():
            run_script(run, prepare.remove_scratch(LAYOUT))
    keep_harbor_secrets(run)
    offer_ca(run, instance.certificate)
    put_stamp(run, stamp)
    run.log(f"{LAYOUT.install} on {instance.host} is complete")


def _sound_config(instance: HarborInstance) -> HarborConfig:
    config = config_of(instance)
    problems = problems_with(config)
    if problems:
        raise StepFailed("Harbor cannot be configured: " + " ".join(problems))
    return config


def _stage(run: Run, instance: HarborInstance, config: HarborConfig) -> None:
    """Certificate, key and harbor.yml lie where prepare will look for them."""
    certificate = instance.certificate
    _put(run, {
        "certs/server.crt": File(certificate.full_chain_pem.encode()),
        "certs/server.key": File(certificate.key_pem.encode(), mode=0o600),
        "certs/ca.crt": File(trust_bundle(certificate).encode()),
        "input/harbor.yml": File(harbor_yml(config).encode(), mode=0o600),
    })
    run.log(f"Sent certificate and harbor.yml to {LAYOUT.install}")


def _add_ours(run: Run, config: HarborConfig) -> None:
    """Our override and the project's name beside Harbor's compose file."""
    written = engine(run).get_files(LAYOUT.install, [COMPOSE_FILE])[COMPOSE_FILE]
    services = list(yaml.safe_load(written)["services"])
    _put(run, {
        OVERRIDE_FILE: File(override_yml(config, services).encode()),
        ENV_FILE: File(compose_env(LAYOUT).encode()),
    })
    run.log(f"Harbor's compose file has {len(services)} services; wrote our override beside it")


def _put(run: Run, files: dict[str, File]) -> None:
    run.checkpoint()
    engine(run).put_files(LAYOUT.install, files)
