"""The installer archive is read whole, believed only when complete, and never unpacked."""

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from harbor.archive import BadArchive, open_images, read_installer

ID = "ab" * 32


def tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def images(names=("prepare", "harbor-core"), *, version="v2.15.2", architecture="amd64") -> bytes:
    manifest = [
        {"Config": f"{ID}.json", "RepoTags": [f"goharbor/{name}:{version}"], "Layers": ["l/layer"]}
        for name in names
    ]
    return gzip.compress(tar({
        f"{ID}.json": json.dumps({"architecture": architecture}).encode(),
        "l/layer": b"x" * 500,
        "manifest.json": json.dumps(manifest).encode(),
    }))


def installer(folder: Path, inner: bytes, name="harbor/harbor.v2.15.2.tar.gz") -> Path:
    path = folder / "harbor-offline-installer-v2.15.2.tgz"
    path.write_bytes(gzip.compress(tar({
        "harbor/harbor.yml.tmpl": b"hostname: x\n", name: inner, "harbor/prepare": b"#!/bin/sh\n",
    })))
    return path


def test_tells_version_images_and_architecture(tmp_path):
    found = read_installer(installer(tmp_path, images()))

    assert found.version == "v2.15.2"
    assert found.architecture == "amd64"
    assert [image.name for image in found.images] == ["prepare", "harbor-core"]
    assert found.images[0].image_id == f"sha256:{ID}"
    assert found.images[0].size == 500


def test_takes_the_version_from_the_images_not_from_the_file_name(tmp_path):
    found = read_installer(installer(tmp_path, images(version="v2.14.0")))

    assert found.version == "v2.14.0"


def test_streams_the_images_as_they_lie_there(tmp_path):
    inner = images()

    with open_images(installer(tmp_path, inner)) as (stream, size):
        assert size == len(inner)
        assert stream.read() == inner


def test_counts_the_bytes_it_read(tmp_path):
    path, seen = installer(tmp_path, images()), []

    found = read_installer(path, on_progress=lambda done, total: seen.append((done, total)))

    assert seen[-1] == (path.stat().st_size, path.stat().st_size)
    assert found.size == path.stat().st_size


def test_refuses_an_archive_without_images(tmp_path):
    with pytest.raises(BadArchive, match="holds no harbor/harbor"):
        read_installer(installer(tmp_path, images(), name="harbor/other.txt"))


def test_refuses_images_without_prepare(tmp_path):
    with pytest.raises(BadArchive, match="prepare"):
        read_installer(installer(tmp_path, images(names=("harbor-core",))))


def test_refuses_a_file_cut_short(tmp_path):
    path = installer(tmp_path, images())
    path.write_bytes(path.read_bytes()[:-60])

    with pytest.raises(BadArchive):
        read_installer(path)


@pytest.mark.parametrize("missing", [1, 9, 50])
def test_refuses_a_file_that_lacks_its_last_bytes(tmp_path, missing):
    path = installer(tmp_path, images())
    path.write_bytes(path.read_bytes()[:-missing])

    with pytest.raises(BadArchive):
        read_installer(path)


def test_refuses_a_file_with_one_wrong_bit(tmp_path):
    path = tmp_path / "flipped.tgz"
    sound = tar({"harbor/harbor.v2.15.2.tar.gz": images(), "harbor/LICENSE": b"x" * 3000})
    content = bytearray(gzip.compress(sound, compresslevel=0))  # stored: only the checksum tells
    content[content.index(b"x" * 3000) + 1500] ^= 1
    path.write_bytes(content)

    with pytest.raises(BadArchive, match="cannot be read"):
        read_installer(path)


def test_refuses_damaged_images(tmp_path):
    with pytest.raises(BadArchive, match="damaged"):
        read_installer(installer(tmp_path, images()[:-40]))


def test_refuses_what_is_no_archive(tmp_path):
    path = tmp_path / "notes.tgz"
    path.write_text("hello")

    with pytest.raises(BadArchive, match="cannot be read"):
        read_installer(path)


def test_says_when_the_archive_is_not_there(tmp_path):
    with pytest.raises(BadArchive, match="is not there"):
        read_installer(tmp_path / "gone.tgz")
