"""What happens to images: fetched from a URL, removed."""

from lab.prism.call import Call
from lab.prism.inventory import Image
from lab.prism.refusals import TaskFailed
from lab.prism.tasks import Task

REL = "vmm:content:image"
UNREACHABLE = ".invalid"


def create(call: Call, image: Image) -> Task:
    """The cluster fetches the image; an address under .invalid cannot be reached."""
    state = call.state

    def fetch() -> None:
        if UNREACHABLE in image.source_url:
            raise TaskFailed(
                "VMM-20001",
                "INTERNAL_ERROR",
                f"Failed to download the image from '{image.source_url}'.",
            )
        with state.lock:
            image.vm_disk = state.new_uuid()
            state.images[image.uuid] = image

    return call.task("kImageCreate", "Create Image", [(REL, image.uuid, image.name)], fetch)


def delete(call: Call, image: Image) -> Task:
    """The image goes; disks that were made from it stay."""
    state = call.state

    def remove() -> None:
        with state.lock:
            state.images.pop(image.uuid, None)

    return call.task("kImageDelete", "Delete Image", [(REL, image.uuid, image.name)], remove)
