"""The host's engine pushes an image, as docker push would."""

import io

from deployments.clients import ADMINISTRATOR, engine, harbor
from deployments.selftest import PROJECT, ensure_test_project, self_test_of
from harbor.small_image import make_small_image
from operations.errors import CheckFailed
from operations.run import Run


def reference_of(run: Run) -> str:
    """The full name of the image this run pushes with the engine."""
    test = self_test_of(run)
    return f"{run.subject.registry_host}/{PROJECT}/{test.engine_repository}:{test.tag}"


def credentials_of(run: Run) -> dict[str, str]:
    return {"username": ADMINISTRATOR, "password": run.subject.admin_password}


def check_engine_push(run: Run) -> str:
    """An image of our own making with a random layer reaches Harbor and gets a digest there."""
    ensure_test_project(run)
    test, docker, reference = self_test_of(run), engine(run), reference_of(run)
    content = make_small_image().docker_archive(reference)
    test.local_images.add(reference)
    run.checkpoint()
    docker.load_images(io.BytesIO(content), len(content), on_progress=lambda done, total: None)
    digest = docker.push(reference, credentials_of(run))
    if not digest.startswith("sha256:"):
        raise CheckFailed(
            f"The engine pushed {reference}, but the registry gave no digest.",
            advice="Look for this push in the logs of nginx, harbor-core and registry.",
        )
    stored = stored_digest(run, test.engine_repository, test.tag)
    if stored != digest:
        raise CheckFailed(
            f"The engine pushed {digest}, Harbor stored {stored or 'nothing'}.",
            advice="Check that the name leads the engine to this Harbor, and the logs of "
                   "harbor-core and registry.",
        )
    test.engine_digest = digest
    return f"Pushed {reference} ({len(content)} bytes) as {digest}"


def stored_digest(run: Run, repository: str, reference: str) -> str:
    """The digest Harbor's API knows for an image of the self-test; empty when none."""
    found = harbor(run).artifact(PROJECT, repository, reference)
    return found.get("digest", "") if found else ""
