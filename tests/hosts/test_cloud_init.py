"""The first-boot document, held to cloud-init's own schema."""

import json

import jsonschema
import pytest
import yaml
from django.core.exceptions import ValidationError

from hosts import cloud_init
from hosts.models import DockerHost
from lab.packages import download_only, extract

PLAIN = DockerHost(name="reg-01")
FULL = DockerHost(
    name="reg-01", ssh_key="ssh-ed25519 AAAAC3Nz ada\nssh-rsa AAAAB3Nz ben",
    name_servers="192.0.2.2, 192.0.2.3", ntp_servers="time.example.com,192.0.2.4",
    proxy="http://proxy.example.com:3128", no_proxy=".example.com, 192.0.2.0/24",
    package_source="http://mirror.example.com/debian",
    security_source="http://mirror.example.com/security", extra_ca="-----BEGIN CERTIFICATE-----",
)
PARTS = {"authority_pem": "AUTHORITY", "certificate_pem": "CERTIFICATE", "key_pem": "KEY"}


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    """From the package that the lab's machines have installed."""
    folder = tmp_path_factory.mktemp("cloud-init")
    extract(download_only("trixie", ["cloud-init"]), folder)
    return json.loads(next(folder.rglob("schema-cloud-config-v1.json")).read_text())


def document(**changes):
    usual = {"host_name": "reg-01", "port": 2376, "settings": PLAIN, **PARTS}
    return cloud_init.document(**usual | changes)


@pytest.mark.lab
@pytest.mark.parametrize("settings", [PLAIN, FULL], ids=["plain", "full"])
def test_is_valid_for_cloud_init(schema, settings):
    jsonschema.Draft4Validator(schema).validate(yaml.safe_load(document(settings=settings)))


@pytest.mark.lab
def test_the_schema_finds_mistakes(schema):
    wrong = yaml.safe_load(document()) | {"runcmd": "reboot"}

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(schema).validate(wrong)


def test_begins_as_prism_requires():
    assert document().startswith("#cloud-config\n")


def test_the_key_is_for_root_only():
    files = yaml.safe_load(document())["write_files"]

    modes = {file["path"]: file["permissions"] for file in files if "KEY" in file["content"]}

    assert set(modes.values()) == {"0600"}


def test_nothing_is_said_about_what_was_left_empty():
    assert set(yaml.safe_load(document())) == {"hostname", "ssh_pwauth", "write_files", "runcmd"}


def test_everything_that_a_closed_site_needs_is_in_it():
    text = document(settings=FULL)
    found = yaml.safe_load(text)

    assert found["ssh_authorized_keys"] == ["ssh-ed25519 AAAAC3Nz ada", "ssh-rsa AAAAB3Nz ben"]
    assert found["resolv_conf"]["nameservers"] == ["192.0.2.2", "192.0.2.3"]
    assert found["ntp"]["servers"] == ["time.example.com", "192.0.2.4"]
    assert found["apt"]["primary"][0]["uri"] == "http://mirror.example.com/debian"
    assert found["apt"]["security"][0]["uri"] == "http://mirror.example.com/security"
    assert found["apt"]["preserve_sources_list"] is False
    assert found["yum_repos"]["slipway"]["baseurl"] == "http://mirror.example.com/debian"
    assert found["ca_certs"]["trusted"] == ["-----BEGIN CERTIFICATE-----\n"]
    files = {file["path"]: file["content"] for file in found["write_files"]}
    assert (
        '"NO_PROXY=localhost,127.0.0.1,::1,.example.com,192.0.2.0/24"'
        in files["/etc/systemd/system/docker.service.d/slipway-proxy.conf"]
    )
    install = next(command for command in found["runcmd"] if "http_proxy" in command[1])
    assert install[:2] == ["env", "http_proxy=http://proxy.example.com:3128"]


def test_name_servers_are_there_before_anything_is_installed():
    commands = yaml.safe_load(document(settings=FULL))["runcmd"]

    assert "systemd-resolved" in commands[0][-1]
    assert "> /etc/resolv.conf" in commands[1][2]
    assert commands[1][-2:] == ["nameserver 192.0.2.2", "nameserver 192.0.2.3"]
    assert "apt-get install" in commands[2][-1]


def test_an_image_with_docker_installs_nothing():
    text = document(settings=DockerHost(engine_in_image=True))

    assert "apt-get" not in text
    assert "restart" in text


@pytest.mark.parametrize(("field", "value", "reason"), [
    ("ssh_key", "-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
    ("ssh_key", "AAAAC3Nz", "One public key a line"),
    ("name_servers", "dns.example.com", "IP addresses"),
    ("proxy", "proxy:3128", "Write it like"),
    ("proxy", "http://ada:secret@proxy:3128", "user and password"),
    ("package_source", "ftp://mirror", "Write it like"),
    ("extra_ca", "hello", "no certificate"),
    ("no_proxy", ".example.com", "Only with a proxy"),
])
def test_what_cannot_work_is_told_beside_its_field(field, value, reason):
    with pytest.raises(ValidationError) as caught:
        DockerHost(name="reg-01", **{field: value}).clean()

    assert list(caught.value.message_dict) == [field]
    assert reason in str(caught.value)
