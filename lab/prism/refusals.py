"""The ways in which Prism says no: at once, because of the schema, or later in a task."""


class Refused(Exception):
    """The call is answered with an error; `message` is what Prism would say."""

    def __init__(self, status: int, code: str, group: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.group, self.message = status, code, group, message


class Invalid(Exception):
    """The body breaks the schema: pairs of attribute path and message (nutanix.md 3.1)."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{path}: {text}" for path, text in problems))
        self.problems = problems


class NotServed(Exception):
    """No such address here: the gateway answers, not a v4 service (nutanix.md 1.2)."""


class TaskFailed(Exception):
    """The work of a task failed; it becomes the task's error message."""

    def __init__(self, code: str, group: str, message: str) -> None:
        super().__init__(message)
        self.code, self.group, self.message = code, group, message
