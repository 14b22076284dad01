"""v4 images: listed, made from a URL, deleted (nutanix.md 2.5)."""

from lab.prism import pictures
from lab.prism.call import Answer, Call
from lab.prism.fields import Fields
from lab.prism.inventory import Image
from lab.prism.paging import visible
from lab.prism.refusals import Refused
from lab.prism.v4.envelope import accepted, entity, many, one, typed
from lab.prism.v4.routes import V4

CONTENT = "vmm.v4.content"
TYPES = ("DISK_IMAGE", "ISO_IMAGE")


@V4.add("GET", "/vmm/content/images")
def list_images(call: Call) -> Answer:
    """Every image."""
    shown = [image_json(each) for each in visible(call, call.state.images)]
    return many(call, shown, f"{CONTENT}.ListImagesApiResponse")


@V4.add("GET", "/vmm/content/images/{uuid}")
def get_image(call: Call, uuid: str) -> Answer:
    """One image."""
    image = _image(call, uuid)
    return one(call, image_json(image), f"{CONTENT}.GetImageApiResponse", of=image)


@V4.add("POST", "/vmm/content/images")
def create_image(call: Call) -> Answer:
    """Accept a new image; the cluster fetches the URL in the task, and may fail there."""
    fields = Fields(call.json)
    name = fields.text("name", longest=256)
    if fields.optional("type", "") not in TYPES:
        fields.problems.append(("type", f"must be one of {', '.join(TYPES)}"))
    url = fields.text("source.url")
    _check_checksum(fields)
    fields.check()
    image = Image(
        uuid=call.state.new_uuid(),
        name=name,
        type=fields.optional("type", ""),
        description=fields.optional("description", ""),
        source_url=url,
        checksum=fields.optional("checksum.hexDigest", ""),
        any_certificate=fields.optional("source.shouldAllowInsecureUrl", False) is True,
        clusters=fields.optional("clusterLocationExtIds", [call.state.cluster.uuid]),
    )
    task = pictures.create(call, image)
    return accepted(call, task, f"{CONTENT}.CreateImageApiResponse")


@V4.add("DELETE", "/vmm/content/images/{uuid}")
def delete_image(call: Call, uuid: str) -> Answer:
    """Delete an image; disks made from it stay."""
    task = pictures.delete(call, _image(call, uuid))
    return accepted(call, task, f"{CONTENT}.DeleteImageApiResponse")


def image_json(image: Image) -> dict:
    """An image in v4's spelling."""
    shown = entity(
        f"{CONTENT}.Image",
        image,
        name=image.name,
        description=image.description,
        type=image.type,
        sizeBytes=image.size_bytes,
        clusterLocationExtIds=list(image.clusters),
        categoryExtIds=[],
        createTime=image.created.isoformat(),
        lastUpdateTime=image.updated.isoformat(),
        ownerExtId="00000000-0000-0000-0000-000000000000",
        placementPolicyStatus=[],
    )
    if image.source_url:
        shown["source"] = typed(f"{CONTENT}.UrlSource", url=image.source_url)
    if image.checksum:
        kind = f"{CONTENT}.ImageSha256Checksum"
        shown["checksum"] = typed(kind, hexDigest=image.checksum)
    return shown


def _check_checksum(fields: Fields) -> None:
    """Of a known kind, with as many digits as that kind has."""
    given = fields.optional("checksum.hexDigest", "")
    kind = fields.optional("checksum.$objectType", "")
    digits = {"ImageSha256Checksum": 64, "ImageSha1Checksum": 40}.get(kind.rpartition(".")[2], 0)
    if given and len(given) != digits:
        fields.problems.append(("checksum", "must be a SHA-1 or SHA-256 checksum"))


def _image(call: Call, uuid: str) -> Image:
    if uuid not in call.state.images:
        text = f"The backend service could not find the entity '{uuid}'."
        raise Refused(404, "VMM-20004", "ENTITY_NOT_FOUND", text)
    return call.state.images[uuid]
