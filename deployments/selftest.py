"""What the checks of one self-test share, and the tidying up behind them.

Everything it makes is in the private project below, under names of this run only.
"""

from dataclasses import dataclass, field

from deployments.clients import engine, harbor
from lib.errors import ServiceError
from operations.run import Run

PROJECT = "slipway-selftest"
QUOTA = 1024**3


@dataclass
class SelfTest:
    """One run's names and findings. `tag` is unlike that of any other run."""

    tag: str
    engine_digest: str = ""
    registry_digest: str = ""
    local_images: set[str] = field(default_factory=set)

    @property
    def engine_repository(self) -> str:
        """Pushed by the host's engine; without the project."""
        return f"engine-{self.tag}"

    @property
    def registry_repository(self) -> str:
        """Pushed by our own client; without the project."""
        return f"client-{self.tag}"

    def close(self) -> None:
        """Nothing stays open: run.resource() asks for this."""


def self_test_of(run: Run) -> SelfTest:
    """The self-test of this run; made at the first question."""
    return run.resource(
        "self-test", lambda: SelfTest(tag=f"{run.operation.uuid.hex[:8]}-{run.operation.attempt}")
    )


def ensure_test_project(run: Run) -> None:
    """The private project exists; only checks that push ask for it."""
    run.checkpoint()
    if harbor(run).ensure_project(PROJECT, quota=QUOTA):
        run.log(f"Made the private project {PROJECT}")


def tidy_up(run: Run) -> None:
    """Remove what this run made. What cannot be removed is said, and fails nothing."""
    test, client = self_test_of(run), harbor(run)
    try:
        for repository in client.repositories(PROJECT):
            if repository in (test.engine_repository, test.registry_repository):
                client.delete_repository(PROJECT, repository)
        for reference in sorted(test.local_images):
            engine(run).remove_image(reference)
    except ServiceError as error:
        run.log(f"Could not remove the test images: {error.message}", level="warning")
    else:
        run.log("Removed the test images")
