"""Tasks: accepted at once, done by the clock, never by being asked about."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from lab.hypervisor import HypervisorError
from lab.prism.entities import now
from lab.prism.faults import Fault
from lab.prism.knobs import Knobs
from lab.prism.refusals import TaskFailed

TERMINAL = ("SUCCEEDED", "FAILED", "CANCELED")


@dataclass
class Task:
    """One piece of work that Prism promised to do."""

    uuid: str
    operation: str
    description: str
    entities: list[tuple[str, str, str]]  # rel, id, name
    work: Callable[[], None]
    fault: Fault | None = None
    owner: str = "admin"
    clusters: list[str] = field(default_factory=list)
    status: str = "QUEUED"
    progress: int = 0
    errors: list[TaskFailed] = field(default_factory=list)
    created: datetime = field(default_factory=now)
    started: datetime | None = None
    completed: datetime | None = None
    changed: datetime = field(default_factory=now)
    over: threading.Event = field(default_factory=threading.Event)
    begun: bool = False  # its work was begun, and must not be done twice

    @property
    def ext_id(self) -> str:
        """base64("ergon") and the uuid (nutanix.md 2.0.1)."""
        return f"ZXJnb24=:{self.uuid}"

    def move_to(self, status: str, progress: int) -> None:
        """Record the new status and when it was reached."""
        self.status, self.progress, self.changed = status, progress, now()
        if status == "RUNNING":
            self.started = self.changed
        if status in TERMINAL:
            self.started = self.started or self.changed
            self.completed = self.changed
            self.over.set()


class TaskBoard:
    """All tasks of the simulator, and the threads that carry them out."""

    def __init__(self, knobs: Knobs) -> None:
        self.all: dict[str, Task] = {}
        self._knobs = knobs
        self.one_at_a_time = threading.Lock()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def add(self, task: Task) -> Task:
        """Promise the task; `start` begins it, once the state was let go."""
        self.all[task.uuid] = task
        return task

    def start(self, task: Task) -> None:
        """Begin the task: here and now when tasks take no time, else in a thread."""
        seconds = self._knobs.task_seconds
        if seconds <= 0:
            self._play(task, 0.0)
            return
        thread = threading.Thread(
            target=self._play, args=(task, seconds), name=task.operation, daemon=True
        )
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def find(self, ext_id: str) -> Task | None:
        """The task with this id, with or without its prefix."""
        return self.all.get(ext_id.rpartition(":")[2])

    def finish(self, ext_id: str) -> None:
        """Let a stuck task go on and end well."""
        task = self.find(ext_id)
        if task and task.status not in TERMINAL:
            self._do(task)

    def wait_for(self, task: Task, *, timeout: float) -> None:
        """Return when the task is over; raises TimeoutError."""
        if not task.over.wait(timeout):
            raise TimeoutError(f"{task.operation} is still {task.status}.")

    def cancel(self, task: Task) -> bool:
        """CANCELED, unless it is over already."""
        if task.status in TERMINAL:
            return False
        task.move_to("CANCELED", 100)
        return True

    def go_on(self) -> None:
        """Take up what waited when the board was stopped; stuck tasks stay stuck."""
        for task in list(self.all.values()):
            stuck = task.fault and task.fault.task == "STUCK"
            if task.status not in TERMINAL and not task.begun and not stuck:
                self.start(task)

    def stop(self) -> None:
        """No waiting task begins its work after this, until `go_on`."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(timeout=5)
        self._stopped = threading.Event()

    def _play(self, task: Task, seconds: float) -> None:
        if self._stopped.wait(seconds * 0.2):
            return
        if task.status == "QUEUED":
            task.move_to("RUNNING", 10)
        script = task.fault.task if task.fault else None
        if script == "STUCK" or self._stopped.wait(seconds * 0.8) or task.status in TERMINAL:
            return
        if script == "FAILED":
            task.errors = task.fault.task_errors()
            task.move_to("FAILED", 100)
        elif script == "CANCELED":
            task.move_to("CANCELED", 100)
        else:
            self._do(task)

    def _do(self, task: Task) -> None:
        task.begun = True
        try:
            with self.one_at_a_time:
                task.work()
        except TaskFailed as failure:
            task.errors = [failure]
        except HypervisorError as failure:
            task.errors = [TaskFailed("VMM-10000", "INTERNAL_ERROR", str(failure))]
        except Exception as bug:  # noqa: BLE001 - a thread has no caller; the task must end
            text = f"The simulator failed: {type(bug).__name__}: {bug}"
            task.errors = [TaskFailed("VMM-10000", "INTERNAL_ERROR", text)]
        task.move_to("FAILED" if task.errors else "SUCCEEDED", 100)
