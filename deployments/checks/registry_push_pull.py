"""Our own client pushes and pulls, so that no engine can hide a fault of Harbor or cause one."""

from deployments.clients import open_registry, trust_file
from deployments.selftest import PROJECT, ensure_test_project, self_test_of
from harbor.small_image import make_small_image
from operations.errors import CheckFailed
from operations.run import Run


def check_registry_push_pull(run: Run) -> str:
    """Every blob comes back with the digest it was sent with."""
    ensure_test_project(run)
    test, image = self_test_of(run), make_small_image()
    repository = f"{PROJECT}/{test.registry_repository}"
    with open_registry(run.subject, trust_file(run)) as client:
        run.checkpoint()
        pushed = client.push(repository, test.tag, image)
        pulled, size = client.pull(repository, test.tag)
    if not image.digest == pushed == pulled:
        raise CheckFailed(
            f"Sent {image.digest}, stored as {pushed}, came back as {pulled}.",
            advice="Something on the way changes what it carries, or the storage is damaged: look "
                   "for proxies, then at the log of registry.",
        )
    test.registry_digest = pulled
    return f"Pushed and pulled {repository}:{test.tag}, {size} bytes, {pulled}"
