"""What the parts of a first contact share: asking, and keeping what was found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from lib.http import Answer
from nutanix.prism import PrismClient
from nutanix.prism.answers import complaint_in
from nutanix.prism.errors import PrismError

UNKNOWN = "00000000-0000-4000-8000-000000000000"
TASK_SECONDS = 120.0


@dataclass(frozen=True)
class Finding:
    """`question` is the number in nutanix.md 8, or "–" for what only goes into the transcript."""

    question: str
    text: str


@dataclass
class Contact:
    """One walk through the checklist. Nothing raises: what fails is a finding, too."""

    client: PrismClient
    say: Callable[[Finding], None]
    findings: list[Finding] = field(default_factory=list)

    def found(self, question: str, text: str) -> None:
        finding = Finding(question, text)
        self.findings.append(finding)
        self.say(finding)

    def ask(
        self, question: str, what: str, method: str, path: str, *, quiet: bool = False,
        **request: Any,
    ) -> Answer | None:
        """Send it once and tell how it was answered; None when nothing came back."""
        try:
            answer = self.client.session.send(method, path, **request)
        except PrismError as error:
            self.found(question, f"{what}: {error.message}")
            return None
        if not quiet:
            self.found(question, f"{what}: {described(answer)}")
        return answer

    def change(self, question: str, what: str, do: Callable[[str], str]) -> str:
        """A change through the driver and its task; the id of what it made, or empty."""
        try:
            task = self.await_task(do(str(uuid4())))
        except PrismError as error:
            self.found(question, f"{what}: {error.message}")
            return ""
        told = f" {task.code} {task.group} {task.message}".rstrip()
        self.found(question, f"{what}: task {task.status}{told}")
        return next((ext_id for _, ext_id in task.entities), "") if task.succeeded else ""

    def await_task(self, ref: str) -> Any:
        """The task when it is over, or as it is after two minutes."""
        waited = 0.0
        while True:
            task = self.client.task(ref)
            if task.succeeded or task.failed or waited >= TASK_SECONDS:
                return task
            self.client.session.pause(1.0)
            waited += 1.0


def described(answer: Answer) -> str:
    """Status, kind of body, and what an error says."""
    kind = (answer.headers.get("Content-Type") or "no content type").partition(";")[0]
    text = f"HTTP {answer.status}, {kind}, {len(answer.content)} bytes"
    if answer.ok:
        return text
    told = complaint_in(answer.json())
    return " ".join(filter(None, (text, told.code, told.group, told.message)))
