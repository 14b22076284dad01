"""The bodies of errors, in the shapes of v4, v2 and the gateway (nutanix.md 3.1)."""

import json
import math
from dataclasses import replace

from lab.prism.call import Answer, Call
from lab.prism.entities import now
from lab.prism.faults import Fault
from lab.prism.refusals import Invalid, Refused, TaskFailed

SCREEN = "<html><head><title>Nutanix</title></head><body>{text}</body></html>"
GROUPS = {
    401: ("PLAT-10001", "AUTHENTICATION_REQUIRED", "Authentication failed."),
    403: ("PLAT-10003", "ACCESS_DENIED", "The user is not authorized for this operation."),
    404: ("PLAT-10007", "RESOURCE_NOT_FOUND", "The entity was not found."),
    409: ("VMM-30303", "VM_ETAG_MISMATCH", "The If-Match header value does not match."),
    412: ("VMM-30303", "VM_ETAG_MISMATCH", "The If-Match header value does not match."),
    422: ("PLAT-10012", "INVALID_ARGUMENT", "The request is not acceptable."),
    429: ("PLAT-10009", "RATE_LIMIT_EXCEEDED", "Too many requests."),
    500: ("VMM-10000", "INTERNAL_ERROR", "Internal server error."),
}


def speaks_v4(call: Call) -> bool:
    """Whether this address belongs to the v4 services."""
    return not call.path.startswith(("/PrismGateway/", "/api/nutanix/"))


def of_fault(call: Call, fault: Fault) -> Answer:
    """The error that a fault asks for."""
    if fault.echo:
        fault = replace(fault, message=_echo(call))
    if fault.status in (502, 503, 504):  # the front proxy speaks, not a service
        answer = Answer(fault.status, fault.message or "no healthy upstream")
    elif fault.status == 401:
        answer = unauthorized(call, fault.message)
    elif fault.status == 403:
        answer = forbidden(call, fault.message)
    else:
        code, group, text = GROUPS.get(fault.status, GROUPS[500])
        limited = fault.status == 429 and speaks_v4(call)
        shown = call.knobs.rate_limit_status if limited else fault.status
        answer = refused(call, Refused(shown, code, group, fault.message or text))
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = str(math.ceil(fault.retry_after))
    elif fault.status == 429 and call.knobs.sends_retry_after:
        answer.headers["Retry-After"] = "1"
    return answer


def _echo(call: Call) -> str:
    """The largest argument sent back, as Prism does with some that it refuses (nutanix.md 3.2)."""
    arguments = call.json if isinstance(call.json, dict) else {"body": call.json}
    shown = {name: json.dumps(value) for name, value in arguments.items()}
    largest = max(shown, key=lambda name: len(shown[name]))
    return f"invalid argument with key '{largest}' and value '{shown[largest]}'"


def too_many(call: Call) -> Answer:
    """429, as the rate limit says it."""
    return of_fault(call, Fault(status=429))


def unauthorized(call: Call, message: str | None = None) -> Answer:
    """401 in the shape that the knob asks for."""
    return _denied(call, 401, call.knobs.unauthorized_body, message)


def forbidden(call: Call, message: str | None = None) -> Answer:
    """403 in the shape that the knob asks for."""
    return _denied(call, 403, call.knobs.forbidden_body, message)


def _denied(call: Call, status: int, shape: str, message: str | None) -> Answer:
    code, group, text = GROUPS[status]
    if shape == "empty":
        return Answer(status)
    if shape == "html":
        return Answer(status, SCREEN.format(text=message or text))
    return refused(call, Refused(status, code, group, message or text))


def gateway_not_found() -> Answer:
    """404 as the gateway says it when nobody serves the address (nutanix.md 1.2)."""
    text = "The requested URL was not found on the server."
    return Answer(404, {"message": text})


def refused(call: Call, refusal: Refused) -> Answer:
    """An application error in the shape of the API that was called."""
    if not speaks_v4(call):
        return v2_error(call, refusal.status, refusal.message)
    if refusal.status == 404 and call.knobs.not_found_body != "json":
        is_empty = call.knobs.not_found_body == "empty"
        return Answer(404, None if is_empty else {"message": refusal.message})
    namespace = namespace_of(call)
    error = {
        "$objectType": f"{namespace}.v4.error.ErrorResponse",
        "$errorItemDiscriminator": f"List<{namespace}.v4.error.AppMessage>",
        "error": [app_message(namespace, refusal)],
    }
    return Answer(refusal.status, _error_envelope(namespace, error))


def app_message(namespace: str, failure: Refused | TaskFailed) -> dict:
    """One AppMessage; the same shape in answers and in failed tasks."""
    return {
        "$objectType": f"{namespace}.v4.error.AppMessage",
        "code": failure.code,
        "errorGroup": failure.group,
        "severity": "ERROR",
        "locale": "en-US",
        "message": failure.message,
        "argumentsMap": {},
    }


def invalid(call: Call, problems: Invalid) -> Answer:
    """400 with the paths of the wrong attributes."""
    if not speaks_v4(call):
        return v2_error(call, 422, str(problems))
    namespace = namespace_of(call)
    messages = [
        {"location": "body", "message": text, "attributePath": path}
        for path, text in problems.problems
    ]
    error = {
        "$objectType": f"{namespace}.v4.error.ErrorResponse",
        "error": {
            "$objectType": f"{namespace}.v4.error.SchemaValidationError",
            "timestamp": now().isoformat(),
            "statusCode": 400,
            "error": "Bad Request",
            "path": call.path,
            "validationErrorMessages": messages,
        },
    }
    return Answer(400, _error_envelope(namespace, error))


def v2_error(call: Call, status: int, message: str) -> Answer:
    """An error of Prism Element; its body is not verified, so a knob chooses it."""
    if call.knobs.v2_error_body == "empty":
        return Answer(status)
    if call.knobs.v2_error_body == "text":
        return Answer(status, message)
    code = {"code": status, "help_url": "http://my.nutanix.com"}
    return Answer(status, {"message": message, "detailed_message": message, "error_code": code})


def namespace_of(call: Call) -> str:
    """`vmm` of /api/vmm/v4.3/…"""
    parts = call.path.split("/")
    return parts[2] if len(parts) > 2 else "prism"


def _error_envelope(namespace: str, error: dict) -> dict:
    return {
        "data": error,
        "metadata": {"flags": [{"name": "hasError", "value": True}]},
        "$dataItemDiscriminator": f"{namespace}.v4.error.ErrorResponse",
        "$objectType": f"{namespace}.v4.error.ErrorResponse",
    }
