"""One stand-in, deployed once, for all tests that need it running."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.release.deployment import Deployment, Session, write_certificates
from tests.lab.release.private_engine import NAME, PrivateEngine


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    if os.geteuid() != 0:
        pytest.skip("the stand-in's engine needs root")
    folder: Path = tmp_path_factory.mktemp("standin")
    folder.chmod(0o755)
    for parent in folder.parents[:2]:
        parent.chmod(0o755)  # the services' users must pass through
    engine = PrivateEngine(f"sw-rel-{os.getpid() % 1000}", folder / "engine",
                           subnet=f"10.214.{os.getpid() % 200}")
    deployed = Deployment(engine, folder, write_certificates(folder / "install/certs"))
    try:
        engine.start()
        engine.trust(NAME, deployed.authority.read_text())
        deployed.unpack()
        deployed.prepare()
        deployed.make_volumes()
        deployed.start()
        yield deployed
    finally:
        engine.stop()


@pytest.fixture
def admin(deployment: Deployment) -> Session:
    return deployment.session()


@pytest.fixture
def nobody(deployment: Deployment) -> Session:
    return deployment.session(auth=None)
