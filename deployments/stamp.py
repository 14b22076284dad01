"""What Harbor's files on the host were made from, so that an unchanged Harbor is not restarted."""

import hashlib
import json

from certificates.models import Certificate
from deployments.clients import engine
from deployments.configuration import LAYOUT, STAMP_FILE, config_of
from deployments.models import HarborInstance
from harbor.bundle import COMPOSE_FILE, OVERRIDE_FILE, harbor_yml, override_yml
from lib.archives import File
from operations.run import Run


def stamp_of(instance: HarborInstance, certificate: Certificate) -> str:
    """The mark of files made from this row and this certificate."""
    config = config_of(instance)
    parts = [
        harbor_yml(config), override_yml(config, ["all"]), certificate.fingerprint,
        instance.release.version,
    ]
    return json.dumps({"made_from": hashlib.sha256("\n".join(parts).encode()).hexdigest()})


def stamp_on_host(run: Run) -> str:
    """The mark that lies beside complete files; empty when something is missing."""
    found = engine(run).get_files(LAYOUT.install, [STAMP_FILE, COMPOSE_FILE, OVERRIDE_FILE])
    return found[STAMP_FILE].decode() if len(found) == 3 else ""


def put_stamp(run: Run, stamp: str) -> None:
    """Say on the host what its files were made from."""
    run.checkpoint()
    engine(run).put_files(LAYOUT.install, {STAMP_FILE: File(stamp.encode(), mode=0o600)})
