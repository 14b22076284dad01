"""What the browser's upload script asks: begin, send a block, how far are we, discard."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from deployments.intake import parts, services
from deployments.intake.blocks import BLOCK, BadBlock, ContentRange, WrongPlace, take_block
from deployments.intake.space import NoRoom
from deployments.models import IncomingArchive
from lib.errors import ServiceError
from operations.errors import Refused
from operations.models import Operation

State = IncomingArchive.State
# What the script does next depends on it: continue elsewhere, wait for a person, give up.
_STATUS = {WrongPlace: 409, NoRoom: 507, BadBlock: 400, Refused: 422}


def answers_json(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """Refusals as JSON with a status; without the permission 403."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        if not request.user.has_perm("deployments.add_release"):
            return JsonResponse({"message": _("You may not add releases.")}, status=403)
        try:
            return view(request, *args, **kwargs)
        except ServiceError as error:
            status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
            return JsonResponse({"message": error.message, "advice": error.advice}, status=status)

    return answer


@answers_json
def begin(request: HttpRequest) -> JsonResponse:
    """POST name, size, modified, sha256: where to send the blocks, and how many bytes are there."""
    if request.method != "POST":
        return JsonResponse({}, status=405)
    given = request.POST
    try:
        announced = services.Announced(
            name=given.get("name", ""),
            size=int(given.get("size", "")),
            modified=int(given.get("modified", "0")),
            sha256=services.require_sha256(given.get("sha256", "")),
        )
    except ValueError:
        raise BadBlock("Size and time of the file are numbers.") from None
    incoming = services.begin_upload(announced, by=request.user)
    return _how_far(incoming, request)


@answers_json
def part(request: HttpRequest, uuid: UUID) -> JsonResponse:
    """GET tells how far it is, PUT takes a block, DELETE discards what has arrived."""
    incoming = IncomingArchive.objects.filter(uuid=uuid, way=IncomingArchive.Way.UPLOAD).first()
    if incoming is None:
        return JsonResponse({"message": _("This upload was discarded.")}, status=404)
    if request.method == "DELETE":
        services.discard(incoming)
        return JsonResponse({"received": 0})
    if request.method == "PUT" and incoming.state == State.ARRIVING:
        place = ContentRange.parse(request.headers.get("Content-Range", ""))
        take_block(incoming, place, request)
    return _how_far(incoming, request)


def _how_far(incoming: IncomingArchive, request: HttpRequest) -> JsonResponse:
    """The bytes there; with the last one the operation that reads the archive."""
    if incoming.state == State.ARRIVING and parts.received(incoming) == incoming.size:
        _register(incoming, request)
    if incoming.state == State.ARRIVING:
        return JsonResponse(_as_json(incoming, parts.received(incoming)))
    operation = Operation.objects.about(incoming).order_by("-pk").first()
    address = operation.get_absolute_url() if operation else ""
    return JsonResponse(_as_json(incoming, incoming.size) | {"operation": address})


def _register(incoming: IncomingArchive, request: HttpRequest) -> None:
    """Unless another request was quicker."""
    try:
        services.register(incoming, by=request.user)
    except Refused:
        incoming.refresh_from_db()
        if incoming.state == State.ARRIVING:
            raise


def _as_json(incoming: IncomingArchive, received: int) -> dict[str, Any]:
    address = reverse("admin:deployments_release_upload_part", args=[incoming.uuid])
    return {"part": address, "received": received, "size": incoming.size, "block": BLOCK}
