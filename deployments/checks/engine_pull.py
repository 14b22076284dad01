"""The host's engine pulls the image back after it was removed there."""

from deployments.checks.engine_push import credentials_of, reference_of
from deployments.clients import engine
from deployments.selftest import self_test_of
from operations.errors import CheckFailed, Skipped
from operations.run import Run


def check_engine_pull(run: Run) -> str:
    """Removed, really downloaded again, same digest."""
    test, docker, reference = self_test_of(run), engine(run), reference_of(run)
    if not test.engine_digest:
        raise Skipped("Nothing was pushed by the engine that could be pulled.")
    run.checkpoint()
    docker.remove_image(reference)
    if docker.find_image(reference):
        raise CheckFailed(
            f"The engine still has {reference} after removing it.",
            advice=f"Remove it on the host with “docker image rm --force {reference}”.",
        )
    downloaded = 0

    def count(done: int, total: int) -> None:
        nonlocal downloaded
        downloaded = max(downloaded, done)

    digest = docker.pull(reference, credentials_of(run), on_progress=count)
    if digest != test.engine_digest:
        raise CheckFailed(
            f"Pushed {test.engine_digest}, but pulled {digest or 'nothing'}.",
            advice="Something between the engine and Harbor answers in Harbor's place: look for a "
                   "registry-mirrors entry in /etc/docker/daemon.json and for proxies.",
        )
    if not downloaded:
        raise CheckFailed(
            f"The engine claims to have {reference} without downloading anything.",
            advice="Another image on the host has the same layers, so this proves nothing: run the "
                   "self-test again.",
        )
    return f"Removed {reference}, pulled it again: {downloaded} bytes, the same {digest}"
