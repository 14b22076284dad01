"""Images on Prism Element (nutanix.md 2.5)."""

from nutanix.prism.element_calls import ElementCalls
from nutanix.prism.element_json import image_of
from nutanix.prism.types import ImageInfo, ImageSpec


class ElementImages(ElementCalls):
    """The part of the v2 driver that knows images."""

    def images(
        self, cluster: str, search: str = "", *, most: int | None = None
    ) -> list[ImageInfo]:
        found = [image_of(each) for each in self._every("images/")]
        return [each for each in found if each and search.lower() in each.name.lower()][:most]

    def find_image(self, mark: str, *, name: str) -> ImageInfo | None:
        """Also while it is fetched: then it is not ready, and no machine can be made from it."""
        for each in self._every("images/"):
            if each.get("name") == name and mark in (each.get("annotation") or ""):
                return image_of(each) or ImageInfo(
                    ext_id="", name=name, uuid=each["uuid"], description=each["annotation"],
                    is_ready=False,
                )
        return None

    def create_image(self, spec: ImageSpec, *, request_id: str) -> str:
        """The cluster must reach the URL; v2 checks no checksum."""
        body = {
            "name": spec.name, "annotation": spec.mark, "image_type": "DISK_IMAGE",
            "image_import_spec": {"storage_container_uuid": spec.container, "url": spec.url},
        }
        return self._change("POST", "images/", request_id, body, makes=True)

    def delete_image(self, uuid: str, *, request_id: str) -> str:
        return self._change("DELETE", f"images/{uuid}", request_id)
