"""What a pipeline is: a tuple of steps that anyone can read from top to bottom."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Model
from django.utils.module_loading import import_string

from operations.errors import Refused

if TYPE_CHECKING:
    from operations.models import Operation
    from operations.run import Run


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """What an operation needs for itself (`host:<id>`), or shares with others that share it."""

    key: str
    shared: bool = False


def always(run: "Run") -> bool:
    return True


def is_wanted() -> bool:
    return True


def claims_nothing(operation: "Operation") -> list[Claimed]:
    return []


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of a pipeline. `slug` is stored: never rename it. `title` is translated."""

    slug: str
    title: Any
    work: Callable[["Run"], None]
    needed: Callable[["Run"], bool] = always


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What happens to one subject. `permission` is needed to start, cancel and resume it.

    With `every_minutes` it has a schedule of its own name, which is its subject; people may change
    the rhythm. When the clock starts it and `wanted` says no, the slot passes without a trace.
    """

    kind: str
    title: Any
    subject_model: str
    steps: tuple[Step, ...]
    permission: str
    claims: Callable[["Operation"], list[Claimed]] = claims_nothing
    queue: str = "operations"
    every_minutes: int | None = None
    wanted: Callable[[], bool] = is_wanted

    def concerns(self, subject: Model) -> bool:
        return subject._meta.label.lower() == self.subject_model.lower()


def all_pipelines() -> tuple[Pipeline, ...]:
    """The tuple that settings.PIPELINES names."""
    return import_string(settings.PIPELINES)


def find_pipeline(kind: str) -> Pipeline | None:
    return next((pipeline for pipeline in all_pipelines() if pipeline.kind == kind), None)


def get_pipeline(kind: str) -> Pipeline:
    """Raises Refused for a kind that this version does not know."""
    pipeline = find_pipeline(kind)
    if pipeline is None:
        raise Refused(
            f"This version of Slipway knows no operation “{kind}”.",
            advice="Check that console and workers run the same version.",
        )
    return pipeline
