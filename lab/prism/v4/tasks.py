"""v4 tasks: read, list, cancel (nutanix.md 2.0.1)."""

from datetime import datetime

from lab.prism.bodies import app_message
from lab.prism.call import Answer, Call
from lab.prism.refusals import Refused
from lab.prism.tasks import Task
from lab.prism.v4.envelope import accepted, many, one, typed
from lab.prism.v4.routes import V4

CONFIG = "prism.v4.config"
NOTHING = {
    "numberOfSubtasks": 0,
    "subTasks": [],
    "subSteps": [],
    "completionDetails": [],
    "warnings": [],
    "legacyErrorMessage": None,
}


@V4.add("GET", "/prism/config/tasks")
def list_tasks(call: Call) -> Answer:
    """Every task."""
    shown = [task_json(task) for task in call.prism.tasks.all.values()]
    return many(call, shown, f"{CONFIG}.ListTasksApiResponse")


@V4.add("GET", "/prism/config/tasks/{ext_id}")
def get_task(call: Call, ext_id: str) -> Answer:
    """One task; its id arrives with or without percent signs."""
    return one(call, task_json(_task(call, ext_id)), f"{CONFIG}.GetTaskApiResponse")


@V4.add("POST", "/prism/config/tasks/{ext_id}/$actions/cancel")
def cancel_task(call: Call, ext_id: str) -> Answer:
    """Cancel a task that is not over."""
    task = _task(call, ext_id)
    if not call.prism.tasks.cancel(task):
        text = f"The task {ext_id} is over and cannot be canceled."
        raise Refused(409, "TSKS-10005", "TASK_NOT_CANCELABLE", text)
    return accepted(call, task, f"{CONFIG}.CancelTaskApiResponse")


def task_json(task: Task) -> dict:
    """A task in v4's spelling; a failed one shows 100 percent as well."""
    affected = [
        typed(f"{CONFIG}.EntityReference", rel=rel, extId=uuid, name=name)
        for rel, uuid, name in task.entities
    ]
    return typed(
        f"{CONFIG}.Task",
        extId=task.ext_id,
        operation=task.operation,
        operationDescription=task.description,
        status=task.status,
        progressPercentage=task.progress,
        isCancelable=task.status in ("QUEUED", "RUNNING"),
        isBackgroundTask=False,
        ownedBy=typed(f"{CONFIG}.OwnerReference", name=task.owner),
        clusterExtIds=task.clusters,
        entitiesAffected=affected,
        numberOfEntitiesAffected=len(affected),
        errorMessages=[app_message("prism", failure) for failure in task.errors],
        **_times(task),
        **NOTHING,
    )


def _times(task: Task) -> dict:
    return {
        "createdTime": _moment(task.created),
        "startedTime": _moment(task.started),
        "completedTime": _moment(task.completed),
        "lastUpdatedTime": _moment(task.changed),
    }


def _moment(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else None


def _task(call: Call, ext_id: str) -> Task:
    task = call.prism.tasks.find(ext_id)
    if task is None:
        text = f"The task with id '{ext_id}' is not found."
        raise Refused(404, "TSKS-10004", "ENTITY_NOT_FOUND", text)
    return task
