"""One request on its way through the simulator, and the answer it gets."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lab.hypervisor import Hypervisor
from lab.prism.entities import Entity
from lab.prism.faults import Fault, FaultQueue
from lab.prism.identity import Door, User
from lab.prism.journal import Journal
from lab.prism.knobs import Knobs
from lab.prism.refusals import Refused, TaskFailed
from lab.prism.state import State
from lab.prism.tasks import Task, TaskBoard

READING = ("GET", "HEAD", "OPTIONS")


@dataclass
class Prism:
    """Everything a handler may touch."""

    state: State
    knobs: Knobs
    tasks: TaskBoard
    hypervisor: Hypervisor
    door: Door
    faults: FaultQueue
    journal: Journal


@dataclass
class Answer:
    """What goes back: JSON (dict or list), text, or nothing."""

    status: int
    body: dict | list | str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """A request, who sent it, and the tasks that it started."""

    prism: Prism
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    json: object = None
    raw: bytes = b""
    user: User | None = None
    fault: Fault | None = None
    minor: int = 0
    accepted: list[Task] = field(default_factory=list)
    stale: TaskFailed | None = None
    later: Callable[[], Answer] | None = None  # answers a long poll, with nothing locked

    @property
    def state(self) -> State:
        return self.prism.state

    @property
    def knobs(self) -> Knobs:
        return self.prism.knobs

    @property
    def changes_something(self) -> bool:
        return self.method not in READING

    def faulty(self, what: str) -> bool:
        """Whether a queued fault of this kind is meant for this call."""
        return bool(self.fault and getattr(self.fault, what))

    def task(
        self,
        operation: str,
        description: str,
        entities: list[tuple[str, str, str]],
        work: Callable[[], None],
    ) -> Task:
        """Promise work; it begins when the call has been handled."""
        task = Task(
            uuid=self.state.new_uuid(),
            operation=operation,
            description=description,
            entities=entities,
            work=self._raise_stale if self.stale else work,
            fault=self.fault,
            owner=self.user.name if self.user else "",
            clusters=[self.state.cluster.uuid],
        )
        self.accepted.append(task)
        return self.prism.tasks.add(task)

    def require_match(self, entity: Entity) -> None:
        """If-Match names the present version; raises Refused, or dooms the task (a knob)."""
        given = self.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
        if not given:
            if self.knobs.etag == "required":
                status = self.knobs.missing_etag_status
                raise Refused(
                    status, "PLAT-10004", "MISSING_ETAG_HEADER", "The If-Match header is missing."
                )
            return
        if given == "*" or ":" not in given:
            raise Refused(412, "PLAT-10005", "INVALID_ETAG_HEADER", "Invalid eTag header.")
        if given != entity.etag:
            self._refuse_stale(entity)

    def _refuse_stale(self, entity: Entity) -> None:
        text = f"The If-Match header value does not match the current version of {entity.uuid}."
        stale = TaskFailed("VMM-30303", "VM_ETAG_MISMATCH", text)
        if self.knobs.stale_etag_as == "task":
            self.stale = stale
            return
        raise Refused(self.knobs.stale_etag_status, stale.code, stale.group, text)

    def _raise_stale(self) -> None:
        raise self.stale
