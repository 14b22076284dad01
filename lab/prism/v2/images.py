"""v2 images (nutanix.md 2.5)."""

from lab.prism import pictures
from lab.prism.call import Answer, Call
from lab.prism.fields import Fields
from lab.prism.inventory import Image
from lab.prism.v2.listing import accepted, many, missing
from lab.prism.v2.routes import V2


@V2.add("GET", "/v2.0/images")
def list_images(call: Call) -> Answer:
    """Every image."""
    return many(call, [_shown(call, each) for each in call.state.images.values()])


@V2.add("GET", "/v2.0/images/{uuid}")
def get_image(call: Call, uuid: str) -> Answer:
    """One image."""
    return Answer(200, _shown(call, _image(call, uuid)))


@V2.add("POST", "/v2.0/images")
def create_image(call: Call) -> Answer:
    """Accept an image that the cluster shall fetch."""
    fields = Fields(call.json)
    image = Image(
        uuid=call.state.new_uuid(),
        name=fields.text("name"),
        description=fields.optional("annotation", ""),
        type=str(fields.optional("image_type", "DISK_IMAGE")).upper(),
        source_url=fields.text("image_import_spec.url"),
        clusters=[call.state.cluster.uuid],
    )
    fields.text("image_import_spec.storage_container_uuid")
    fields.check()
    return accepted(call, pictures.create(call, image))


@V2.add("DELETE", "/v2.0/images/{uuid}")
def delete_image(call: Call, uuid: str) -> Answer:
    """Delete an image."""
    return accepted(call, pictures.delete(call, _image(call, uuid)))


def _shown(call: Call, image: Image) -> dict:
    container = next(each for each in call.state.containers.values() if not each.internal)
    return {
        "uuid": image.uuid,
        "name": image.name,
        "annotation": image.description,
        "image_type": image.type,
        "image_state": "ACTIVE" if image.active else "INACTIVE",
        "vm_disk_id": image.vm_disk,
        "vm_disk_size": image.size_bytes,
        "storage_container_uuid": container.uuid,
        "deleted": False,
    }


def _image(call: Call, uuid: str) -> Image:
    if uuid not in call.state.images:
        raise missing("Image", uuid)
    return call.state.images[uuid]
