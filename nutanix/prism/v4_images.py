"""Images on Prism Central (nutanix.md 2.5)."""

from itertools import islice
from typing import Any

from nutanix.prism.types import ImageInfo, ImageSpec
from nutanix.prism.v4 import V4, quoted

_IMAGES = "/content/images"
_CONTENT = "vmm.v4.content"
_DISK_IMAGE = "type eq Vmm.Content.ImageType'DISK_IMAGE'"


class Images:
    """The part of the v4 driver that knows images."""

    v4: V4

    def images(
        self, cluster: str, search: str = "", *, most: int | None = None
    ) -> list[ImageInfo]:
        """Of every cluster: Prism Central copies an image to where it is first used."""
        wanted = _DISK_IMAGE
        if search:
            wanted += f" and contains(name, {quoted(search)})"
        found = self.v4.each("vmm", _IMAGES, filter=wanted)
        return [_image(each) for each in islice(found, most)]

    def find_image(self, mark: str, *, name: str) -> ImageInfo | None:
        """By the name in one request for each 100 namesakes, then by our mark."""
        wanted = f"name eq {quoted(name)}"
        found = map(_image, self.v4.each("vmm", _IMAGES, filter=wanted))
        return next((each for each in found if mark in each.description), None)

    def create_image(self, spec: ImageSpec, *, request_id: str) -> str:
        """The cluster must reach the URL; what is wrong with it is told by the task."""
        body = {
            "name": spec.name, "description": spec.mark, "type": "DISK_IMAGE",
            "source": {
                "$objectType": f"{_CONTENT}.UrlSource", "url": spec.url,
                "shouldAllowInsecureUrl": spec.any_certificate and bool(spec.sha256),
            },
            "clusterLocationExtIds": [spec.cluster],
        }
        if spec.sha256:
            kind = f"{_CONTENT}.ImageSha256Checksum"
            body["checksum"] = {"$objectType": kind, "hexDigest": spec.sha256}
        return self.v4.change(
            "POST", "vmm", _IMAGES, request_id=request_id, body=body, makes=True
        )

    def delete_image(self, uuid: str, *, request_id: str) -> str:
        """Disks that were made from it stay."""
        path = f"{_IMAGES}/{uuid}"
        return self.v4.change_matching("DELETE", "vmm", path, of=path, request_id=request_id)


def _image(found: dict[str, Any]) -> ImageInfo:
    return ImageInfo(
        ext_id=found["extId"], name=found["name"], size_bytes=found.get("sizeBytes") or 0,
        uuid=found["extId"], description=found.get("description") or "",
        sha256=_sha256(found.get("checksum") or {}),
    )


def _sha256(checksum: dict[str, Any]) -> str:
    """SHA-1 is the other kind; it is no proof."""
    is_ours = checksum.get("$objectType") == f"{_CONTENT}.ImageSha256Checksum"
    return str(checksum.get("hexDigest") or "").lower() if is_ours else ""
