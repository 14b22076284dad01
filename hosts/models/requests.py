"""Request ids that survive a crash: stored before a call leaves, used again when it is repeated."""

from uuid import uuid4

from django.db import models


class RemembersRequests(models.Model):
    """Gives each change of the outside world one id until its outcome is known."""

    # action → {"id": sent as NTNX-Request-Id (nutanix.md 2.0), "task": what Prism answered}.
    requests = models.JSONField(default=dict, editable=False)

    class Meta:
        abstract = True

    def request_id(self, action: str) -> str:
        """The id for this action: the stored one, or a new one that is stored before it returns."""
        if action not in self.requests:
            self.record(requests=self.requests | {action: {"id": str(uuid4())}})
        return self.requests[action]["id"]

    def task_of(self, action: str) -> str:
        """The task that Prism answered with; empty when the call did not get that far."""
        return self.requests.get(action, {}).get("task", "")

    def request_answered(self, action: str, task: str) -> None:
        """Keep the task's reference: whoever resumes waits for it instead of calling again."""
        answered = {"id": self.request_id(action), "task": task}
        self.record(requests=self.requests | {action: answered})

    def request_done(self, action: str) -> None:
        """The outcome is known: the next such action is a new one."""
        left = {name: value for name, value in self.requests.items() if name != action}
        if left != self.requests:
            self.record(requests=left)

    def record(self, **facts: object) -> None:
        """Set fields and save just these."""
        for field, value in facts.items():
            setattr(self, field, value)
        self.save(update_fields=list(facts))
