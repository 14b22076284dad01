"""v2 tasks, and the long poll of v0.8 (nutanix.md 2.0.2, 5.2)."""

from collections.abc import Callable

from lab.prism.call import Answer, Call
from lab.prism.tasks import Task
from lab.prism.v2.listing import many, missing
from lab.prism.v2.routes import V2

STATUSES = {
    "QUEUED": "Queued",
    "RUNNING": "Running",
    "SUCCEEDED": "Succeeded",
    "FAILED": "Failed",
    "CANCELED": "Aborted",
}
KINDS = {"vmm": "VM", "volumes": "VolumeGroup"}
LONGEST_POLL = 30.0


@V2.add("GET", "/v2.0/tasks")
@V2.add("POST", "/v2.0/tasks/list")
def list_tasks(call: Call) -> Answer:
    """Every task."""
    shown = [task_json(call, task) for task in call.prism.tasks.all.values()]
    return many(call, [each | {"name": each["operation_type"]} for each in shown])


@V2.add("GET", "/v2.0/tasks/{uuid}")
def get_task(call: Call, uuid: str) -> Answer:
    """One task."""
    return Answer(200, task_json(call, _task(call, uuid)))


@V2.add("GET", "/v0.8/tasks/{uuid}")
def get_old_task(call: Call, uuid: str) -> Answer:
    """One task in v0.8's spelling."""
    return Answer(200, _old_json(call, _task(call, uuid)))


@V2.add("GET", "/v0.8/tasks/{uuid}/poll")
def poll_task(call: Call, uuid: str) -> Answer:
    """Answer when the task is over, at the latest after `timeoutseconds`."""
    task = _task(call, uuid)
    text = call.query.get("timeoutseconds", "0")
    seconds = min(float(text) if text.isdecimal() else 0.0, LONGEST_POLL)
    call.later = _poller(call, task, seconds)
    return Answer(200)


def _poller(call: Call, task: Task, seconds: float) -> Callable[[], Answer]:
    def answer() -> Answer:
        over = task.over.wait(seconds)
        return Answer(200, {"isTimedOut": not over, "taskInfo": _old_json(call, task)})

    return answer


def task_json(call: Call, task: Task) -> dict:
    """A task in v2's spelling."""
    status = STATUSES[task.status]
    detail = task.errors[0].message if task.errors else ""
    entities = [
        {"entity_id": uuid, "entity_type": _kind(rel), "entity_name": name or None}
        for rel, uuid, name in task.entities
        if rel.count(":") == 2 or rel == "vmm:ahv:config:vm"
    ]
    return {
        "uuid": task.uuid,
        "operation_type": task.operation,
        "progress_status": status.lower() if call.knobs.v2_lower_case_status else status,
        "percentage_complete": task.progress,
        "entity_list": entities,
        "meta_request": {"method_name": task.operation},
        "meta_response": {
            "error_code": 1 if task.status == "FAILED" else 0,
            "error_detail": detail,
        },
        "create_time_usecs": int(task.created.timestamp() * 1e6),
        "complete_time_usecs": int(task.completed.timestamp() * 1e6) if task.completed else None,
        "subtask_uuid_list": [],
    }


def _old_json(call: Call, task: Task) -> dict:
    shown = task_json(call, task)
    response = shown["meta_response"]
    return {
        "uuid": task.uuid,
        "progressStatus": shown["progress_status"],
        "percentageComplete": shown["percentage_complete"],
        "entityList": [
            {"uuid": each["entity_id"], "entityType": each["entity_type"]}
            for each in shown["entity_list"]
        ],
        "metaResponse": {
            "error": "kNoError" if not response["error_code"] else "kFailed",
            "errorDetail": response["error_detail"],
        },
    }


def _kind(rel: str) -> str:
    if rel == "vmm:content:image":
        return "Image"
    return KINDS[rel.partition(":")[0]]


def _task(call: Call, uuid: str) -> Task:
    task = call.prism.tasks.find(uuid)
    if task is None:
        raise missing("Task", uuid)
    return task
