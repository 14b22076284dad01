"""Short pipelines for tests of single steps."""

from dataclasses import replace

from deployments.clients import engine
from deployments.configuration import LAYOUT, config_of
from deployments.prepare import restore_on_failure, run_prepare
from deployments.steps.await_name import await_name
from deployments.steps.configure_harbor import configure_harbor
from deployments.steps.load_images import load_images
from harbor.bundle import harbor_yml
from harbor.prepare import real_binds
from lib.archives import File
from operations.pipeline import Pipeline, Step
from operations.run import Run

_SUBJECT = "deployments.HarborInstance"


def pipeline(slug: str, work: object) -> Pipeline:
    return Pipeline(
        kind=slug, title=slug, subject_model=_SUBJECT, permission="deployments.any",
        steps=(Step(slug=slug, title=slug, work=work),),
    )


class RecordingEngine:
    """An engine that pulls whatever it is asked for, and tells what it was asked."""

    asked: list[tuple]
    refuse: str = ""

    def __init__(self) -> None:
        self.asked, self.images = [], {}

    def find_image(self, reference: str) -> object:
        return self.images.get(reference)

    def pull(self, reference: str, auth: dict | None) -> str:
        self.asked.append(("pull", reference, auth))
        self.images[reference] = type("Found", (), {"id": "sha256:1"})
        return ""

    def require_in_registry(self, reference: str, auth: dict | None) -> None:
        """It has everything."""

    def tag(self, source: str, target: str) -> None:
        self.asked.append(("tag", source, target))
        self.images[target] = self.images[source]

    def put_files(self, folder: str, files: dict) -> None:
        self.asked.append(("put", folder, sorted(files)))

    def close(self) -> None:
        """Nothing is open."""


def with_recording_engine(run: Run) -> None:
    engine, host = RecordingEngine(), run.subject.host
    run.resource(f"engine:{host.uuid}:{host.address}", lambda: engine)
    load_images(run)
    run.record(asked=engine.asked)


def prepare_with_a_bad_hostname(run: Run) -> None:
    """What a real call of prepare destroys when its input is wrong (`harbor.md 1.6`)."""
    bad = harbor_yml(replace(config_of(run.subject), hostname="reg.mydomain.com"))
    engine(run).put_files(LAYOUT.install, {"input/harbor.yml": File(bad.encode(), mode=0o600)})
    with restore_on_failure(run):
        run_prepare(run, real_binds(LAYOUT), what="a call with a bad hostname")


PIPELINES = (
    pipeline("bad-prepare", prepare_with_a_bad_hostname),
    pipeline("await-name", await_name),
    pipeline("configure-harbor", configure_harbor),
    pipeline("load-images", with_recording_engine),
    pipeline("load-real-images", load_images),
)
