"""What was pushed shows in Harbor's own lists, with tag and digest."""

from deployments.clients import harbor
from deployments.selftest import PROJECT, self_test_of
from operations.errors import CheckFailed, Skipped, StepFailed
from operations.run import Run

_LIMIT = 20

def check_repository_listed(run: Run) -> str:
    """Each repository pushed in this run is listed and its artifact has tag and digest."""
    test, client = self_test_of(run), harbor(run)
    pushed = {
        repository: digest for repository, digest in (
            (test.engine_repository, test.engine_digest),
            (test.registry_repository, test.registry_digest),
        ) if digest
    }
    if not pushed:
        raise Skipped("Nothing was pushed that could be listed.")
    listed = _listed(run, set(pushed))
    for repository, digest in pushed.items():
        artifact = client.artifact(PROJECT, repository, test.tag) or {}
        tags = [entry.get("name") for entry in artifact.get("tags") or []]
        if artifact.get("digest") != digest or test.tag not in tags:
            raise CheckFailed(
                f"Harbor lists {PROJECT}/{repository} with {artifact.get('digest') or 'nothing'} "
                f"and the tags {tags}; pushed was {digest} as {test.tag}.",
                advice="Look for retention rules and robots that delete in the project "
                       f"{PROJECT}, then at the log of harbor-core.",
            )
    return f"{PROJECT} lists {len(listed)} repositories, among them {', '.join(sorted(pushed))}"


def _listed(run: Run, pushed: set[str]) -> list[str]:
    """What Harbor lists; it notes a push a moment after the client has its answer."""
    client = harbor(run)
    try:
        return run.wait_until(
            lambda: found if pushed <= set(found := client.repositories(PROJECT)) else None,
            what="the pushed repositories in Harbor's list", timeout=_LIMIT,
        )
    except StepFailed as error:
        missing = ", ".join(sorted(pushed - set(client.repositories(PROJECT))))
        raise CheckFailed(
            f"{_LIMIT} seconds after the push Harbor does not list {missing} in {PROJECT}.",
            advice="Look at the logs of harbor-core and harbor-db.",
        ) from error
