"""Layers and archives: complete, shared, the same bytes every time."""

import gzip
import json
import tarfile
from pathlib import Path

import pytest

from lab.errors import LabError
from lab.release.build import archive
from lab.release.docker_save import Image, ImageArchive
from lab.release.images import cache_image
from lab.release.layers import Layer
from lab.release.tree import Tree


@pytest.fixture
def layer() -> Layer:
    made = Layer("base")
    made.text("etc/motd", "hello\n", mode=0o600)
    made.link("bin", "usr/bin")
    made.folder("var/data", mode=0o700, uid=999, gid=999)
    return made


def test_a_layer_keeps_modes_owners_and_links(layer: Layer, tmp_path: Path):
    layer.write(tmp_path / "layer.tar")

    with tarfile.open(tmp_path / "layer.tar") as tar:
        members = {m.name: m for m in tar.getmembers()}
    assert members["etc/motd"].mode == 0o600
    assert members["bin"].linkname == "usr/bin"
    assert (members["var/data"].uid, members["var/data"].mode) == (999, 0o700)
    assert members["etc"].isdir()


def test_folders_open_to_all_stay_so_in_upper_layers(tmp_path: Path):
    upper = Layer("upper")
    upper.text("tmp/x", "x")
    upper.write(tmp_path / "upper.tar")

    with tarfile.open(tmp_path / "upper.tar") as tar:
        assert tar.getmember("tmp").mode == 0o1777


def test_a_layer_is_the_same_bytes_every_time(layer: Layer, tmp_path: Path):
    first, second = (layer.write(tmp_path / name) for name in ("one.tar", "two.tar"))

    assert first == second


def test_what_the_lower_layer_has_is_left_out(layer: Layer):
    upper = Layer("upper", dict(layer.entries))
    upper.text("etc/more", "more")

    assert list(upper.without(layer).entries) == ["etc/more"]


def test_images_share_a_layer_and_are_named_for_both_kinds_of_store(
        layer: Layer, tmp_path: Path):
    archive = ImageArchive(tmp_path)
    for name in ("one", "two"):
        archive.add(Image(name=f"goharbor/{name}:1", layers=(layer,), config={"User": "1"}))
    archive.pack(tmp_path / "images.tar.gz")

    with gzip.open(tmp_path / "images.tar.gz") as plain, tarfile.open(fileobj=plain) as tar:
        listed = json.loads(tar.extractfile("manifest.json").read())
        index = json.loads(tar.extractfile("index.json").read())
        names = tar.getnames()
        config = json.loads(tar.extractfile(listed[0]["Config"]).read())
    assert [entry["RepoTags"] for entry in listed] == [["goharbor/one:1"], ["goharbor/two:1"]]
    assert listed[0]["Layers"] == listed[1]["Layers"]
    assert names.count(listed[0]["Layers"][0]) == 1
    assert config["config"] == {"User": "1"}
    assert [entry["annotations"]["io.containerd.image.name"] for entry in index["manifests"]] == [
        "docker.io/goharbor/one:1", "docker.io/goharbor/two:1"]


def test_a_file_that_no_package_has_is_told(tmp_path: Path):
    with pytest.raises(LabError, match=r"usr/bin/renamed \(layer x\)"):
        Tree(tmp_path).layer("x", ["usr/bin/renamed"])


def test_folders_of_old_packages_are_merged_below_usr(tmp_path: Path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/tool").write_text("#!/bin/sh\n")
    tree = Tree(tmp_path)
    tree.merge()

    assert list(tree.layer("x", ["usr/bin/tool"]).entries) == ["usr/bin/tool"]


@pytest.mark.parametrize(("version", "name"), [
    ("v2.15.2-standin", "valkey-photon"), ("v2.15.1-standin", "redis-photon"),
    ("v2.14.4-standin", "redis-photon")])
def test_the_cache_image_is_named_as_in_that_version(version: str, name: str):
    assert cache_image(version) == name


def test_refuses_a_version_that_does_not_say_stand_in():
    with pytest.raises(LabError, match=r"v2\.15\.2 is no version of a stand-in"):
        archive("v2.15.2")
