"""Pushes an image of one small layer by plain HTTP, as the registry protocol asks."""

import hashlib
import json
import os

import requests

from tests.lab.release.deployment import Session

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CONFIG = "application/vnd.oci.image.config.v1+json"


def push_blob(session: Session, repository: str, content: bytes, **options: object,
              ) -> requests.Response:
    """Begin an upload and finish it with the whole content; the last answer."""
    begun = session.post(f"/v2/{repository}/blobs/uploads/", **options)
    if begun.status_code != 202:
        return begun
    url = begun.headers["location"]
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return session.put(f"{url}&digest={digest}", data=content, **options)


def push_image(session: Session, repository: str, tag: str, size: int = 1000,
               ) -> requests.Response:
    """The answer to the manifest of an image with one random layer."""
    layer, config = os.urandom(size), json.dumps({"n": os.urandom(8).hex()}).encode()
    for blob in (layer, config):
        answer = push_blob(session, repository, blob)
        if answer.status_code != 201:
            return answer
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": _described(config, CONFIG),
                "layers": [_described(layer, LAYER)]}
    return session.put(f"/v2/{repository}/manifests/{tag}", data=json.dumps(manifest),
                       headers={"Content-Type": MANIFEST})


def _described(content: bytes, media_type: str) -> dict[str, object]:
    return {"mediaType": media_type, "size": len(content),
            "digest": f"sha256:{hashlib.sha256(content).hexdigest()}"}
