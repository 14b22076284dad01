"""The registry client pushes, pulls and reads tokens by the protocol."""

import io
import json
import tarfile

import pytest

from harbor.registry import RegistryClient, RegistryError
from harbor.small_image import digest_of, make_small_image


@pytest.fixture
def registry(small_harbor):
    with RegistryClient(
        small_harbor.host, address="127.0.0.1", ca_file=small_harbor.ca_file,
        username="admin", password=small_harbor.password,
    ) as client:
        yield client


def test_what_was_pushed_comes_back(registry):
    image = make_small_image()

    pushed = registry.push("team-a/app", "v1", image)
    pulled, size = registry.pull("team-a/app", "v1")

    assert pushed == pulled == image.digest
    assert size == len(image.manifest) + len(image.config) + len(image.layer)


def test_a_blob_that_comes_back_changed_is_noticed(small_harbor, registry):
    image = make_small_image()
    registry.push("team-a/app", "v1", image)
    small_harbor.blobs[digest_of(image.layer)] = b"something else"

    with pytest.raises(RegistryError, match="came back changed"):
        registry.pull("team-a/app", "v1")


def test_a_page_in_place_of_a_manifest_is_a_refusal(small_harbor, registry):
    registry.push("team-a/app", "v1", make_small_image())
    small_harbor.broken["/v2/team-a/app/manifests/v1"] = (200, b"<html>Please log in</html>")

    with pytest.raises(RegistryError, match="manifest of team-a/app is no manifest"):
        registry.pull("team-a/app", "v1")


def test_a_refusal_names_what_was_refused_and_why(small_harbor, registry):
    small_harbor.broken["/v2/team-a/app/manifests/v1"] = (
        403, b'{"errors":[{"code":"DENIED","message":"quota exceeded"}]}'
    )

    with pytest.raises(RegistryError, match="the manifest of team-a/app .* quota exceeded"):
        registry.push("team-a/app", "v1", make_small_image())


def test_a_token_says_what_it_allows(small_harbor, registry):
    small_harbor.granted = ("pull",)

    token = registry.token("team-a/app", ("pull", "push"))

    assert token.actions == {"team-a/app": frozenset({"pull"})}


def test_a_stranger_gets_a_token_that_allows_nothing(small_harbor):
    with RegistryClient(
        small_harbor.host, address="127.0.0.1", ca_file=small_harbor.ca_file
    ) as client:
        assert client.token("team-a/app", ("pull",)).actions == {}


def test_the_realm_is_told_as_the_registry_gives_it(small_harbor, registry):
    assert registry.realm() == (f"https://{small_harbor.host}/service/token", "harbor-registry")


def test_a_registry_without_tokens_is_refused(small_harbor, registry):
    small_harbor.broken["/v2/"] = (200, b"{}")

    with pytest.raises(RegistryError, match="does not ask for a token"):
        registry.realm()


def test_no_two_images_are_alike():
    assert make_small_image().digest != make_small_image().digest


def test_the_docker_archive_holds_the_same_image():
    image = make_small_image()

    with tarfile.open(fileobj=io.BytesIO(image.docker_archive("a/b:c"))) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))
        config = archive.extractfile(manifest[0]["Config"]).read()
        layer = archive.extractfile(manifest[0]["Layers"][0]).read()

    assert manifest[0]["RepoTags"] == ["a/b:c"]
    assert digest_of(config) == image.image_id
    assert json.loads(config)["rootfs"]["diff_ids"] == [digest_of(layer)]
