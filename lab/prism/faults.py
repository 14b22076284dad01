"""Faults that wait for the next matching call."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from lab.prism.refusals import TaskFailed

WRONG_CERTIFICATES = ("unknown", "expired", "other-name")
TASK_ENDS = ("FAILED", "CANCELED", "STUCK")


@dataclass
class Fault:
    """What goes wrong, with which calls, how often."""

    method: str | None = None
    path: str = ""
    status: int | None = None
    times: int = 1
    after: int = 0  # so many matching calls pass unharmed first
    retry_after: float | None = None
    slow: float = 0.0
    drop_answer: bool = False
    task: str | None = None
    echo: bool = False  # the error repeats the largest argument
    message: str | None = None  # "" makes a failed task without any message
    code: str = "VMM-10000"
    group: str = "INTERNAL_ERROR"
    no_address: bool = False
    stays_off: bool = False
    wrong_certificate: bool = False
    certificate: str = ""  # unknown | expired | other-name, as the wrong certificate

    def __post_init__(self) -> None:
        if self.task is not None and self.task not in TASK_ENDS:
            raise ValueError(f"A task ends {', '.join(TASK_ENDS)}; not {self.task}.")
        if self.certificate not in ("", *WRONG_CERTIFICATES):
            raise ValueError(f"A certificate is wrong as {', '.join(WRONG_CERTIFICATES)}.")
        if self.wrong_certificate or self.certificate:
            self.wrong_certificate = True
            self.certificate = self.certificate or WRONG_CERTIFICATES[0]
        re.compile(self.path)

    def matches(self, method: str, path: str) -> bool:
        """Whether this call is meant; a fault for tasks only meets calls that make one."""
        if self.method and self.method.upper() != method:
            return False
        only_changes = self.task or self.no_address or self.stays_off
        if only_changes and not self.method and method in ("GET", "HEAD", "OPTIONS"):
            return False
        return re.search(self.path, path) is not None

    def task_errors(self) -> list[TaskFailed]:
        """The error messages of the task that fails; none when the message is empty."""
        if self.message == "":
            return []
        text = self.message or "The operation failed on the cluster."
        return [TaskFailed(self.code, self.group, text)]


class FaultQueue:
    """Faults in the order in which they were asked for; each is used up by its calls."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Queue a fault behind the others."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Forget every fault that did not happen yet."""
        with self._lock:
            self._waiting.clear()

    @property
    def waiting(self) -> int:
        """How many faults did not happen yet."""
        with self._lock:
            return sum(fault.times for fault in self._waiting)

    def take(self, method: str, path: str) -> Fault | None:
        """The first fault meant for this call, counted down."""
        return self._take(lambda f: not f.wrong_certificate and f.matches(method, path))

    def take_wrong_certificate(self) -> str:
        """What is wrong with the certificate of the next handshake; empty: nothing."""
        fault = self._take(lambda fault: fault.wrong_certificate)
        return fault.certificate if fault else ""

    def _take(self, wanted: Callable[[Fault], bool]) -> Fault | None:
        with self._lock:
            for fault in [each for each in self._waiting if wanted(each)]:
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None
