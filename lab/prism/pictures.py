"""What happens to images: fetched from a URL, removed."""

import hashlib
import ssl
import urllib.request
from urllib.error import URLError
from urllib.parse import urlsplit

from lab.prism.call import Call
from lab.prism.inventory import Image
from lab.prism.refusals import TaskFailed
from lab.prism.tasks import Task

REL = "vmm:content:image"
UNREACHABLE = ".invalid"
# Names that exist for examples only: said to be fetched, because nobody serves them.
_EXAMPLES = (".example.com", ".example.org")
_CHUNK = 1024 * 1024


def create(call: Call, image: Image) -> Task:
    """The cluster fetches the image and checks its checksum; all of it in the task."""
    state = call.state

    def fetch() -> None:
        host = urlsplit(image.source_url).hostname or ""
        if host.endswith(UNREACHABLE):
            raise _failure(f"Failed to download the image from '{image.source_url}'.")
        if not host.endswith(_EXAMPLES):
            _download(image)
        with state.lock:
            image.vm_disk = state.new_uuid()
            state.images[image.uuid] = image

    return call.task("kImageCreate", "Create Image", [(REL, image.uuid, image.name)], fetch)


def _download(image: Image) -> None:
    """Every byte is read; certificates are checked as by any program of this machine."""
    digest, size = hashlib.sha256(), 0
    trust = ssl.create_default_context()
    if image.any_certificate:
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(  # noqa: S310
            image.source_url, timeout=30, context=trust
        ) as answer:
            expected = answer.headers.get("Content-Length")
            while chunk := answer.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except (URLError, OSError, ValueError) as error:
        raise _failure(f"Failed to download the image: {error}.") from error
    if not size or (expected and size != int(expected)):
        raise _failure(f"The image ended after {size} bytes.")
    if image.checksum and digest.hexdigest() != image.checksum.lower():
        raise _failure("The checksum of the image does not match the one that was given.")
    image.size_bytes = size


def _failure(text: str) -> TaskFailed:
    return TaskFailed("VMM-20001", "INTERNAL_ERROR", text)


def delete(call: Call, image: Image) -> Task:
    """The image goes; disks that were made from it stay."""
    state = call.state

    def remove() -> None:
        with state.lock:
            state.images.pop(image.uuid, None)

    return call.task("kImageDelete", "Delete Image", [(REL, image.uuid, image.name)], remove)
