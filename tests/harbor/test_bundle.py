"""harbor.yml and the override say what we mean, and refuse what Harbor would choke on."""

from dataclasses import replace

import pytest
import yaml

from harbor.bundle import compose_env, expected_mounts, harbor_yml, override_yml, problems_with
from harbor.types import HarborConfig, Layout

CONFIG = HarborConfig(
    hostname="registry.example.com",
    version="v2.15.2",
    admin_password="Abcdefgh1234",
    database_password="Zyxwvuts9876",
    volumes={
        "registry": "team-registry", "database": "team-database",
        "redis": "team-redis", "jobservice": "team-jobservice",
    },
)


def test_a_sound_configuration_has_no_problems():
    assert problems_with(CONFIG) == []


@pytest.mark.parametrize("hostname", [
    "", "localhost", "127.0.0.1", "reg.mydomain.com", "registry", "Registry.example.com",
    "registry.example.com:8443", "https://registry.example.com", "registré.example.com",
])
def test_refuses_a_hostname_that_harbor_or_docker_would_not_bear(hostname):
    assert problems_with(replace(CONFIG, hostname=hostname))


@pytest.mark.parametrize("password", [
    "short1A", "nouppercase12", "NOLOWERCASE12", "NoDigitsInHere", "With$Dollar1234",
    "With#Hash123456", 'With"Quote12345', "With Space12345", "Back\\slash12345", "A1" + "a" * 31,
])
def test_refuses_passwords_that_break_in_env_files_sql_or_yaml(password):
    assert problems_with(replace(CONFIG, admin_password=password))
    assert problems_with(replace(CONFIG, database_password=password))


def test_names_every_problem_at_once():
    broken = replace(
        CONFIG, hostname="localhost", admin_password="x", http_port=443, version="latest",
        volumes={"registry": "harbor_registry"}, layout=Layout(data='"/srv/x"'),
    )

    text = "\n".join(problems_with(broken))

    for word in ("localhost", "administrator", "443", "latest", "underscore", "database", "/srv/x"):
        assert word in text


def test_harbor_yml_carries_our_values_and_what_prepare_requires():
    document = yaml.safe_load(harbor_yml(CONFIG))

    assert document["hostname"] == "registry.example.com"
    assert document["https"] == {
        "port": 443,
        "certificate": "/opt/harbor/certs/server.crt",
        "private_key": "/opt/harbor/certs/server.key",
    }
    assert document["harbor_admin_password"] == CONFIG.admin_password
    assert document["database"]["password"] == CONFIG.database_password
    assert document["_version"] == "2.15.0"
    assert {"jobservice", "notification", "log", "data_volume"} <= set(document)


def test_the_data_folder_is_written_plainly_because_a_shell_script_reads_it():
    assert "\ndata_volume: /data\n" in harbor_yml(CONFIG)


def test_certificates_lie_outside_the_folder_that_prepare_deletes():
    document = yaml.safe_load(harbor_yml(CONFIG))

    assert not document["https"]["certificate"].startswith("/data/secret/cert")


def test_the_override_gives_every_service_bounded_logs_and_ours_their_volumes():
    services = ["log", "registry", "registryctl", "postgresql", "core", "portal", "jobservice",
                "redis", "proxy"]

    document = yaml.safe_load(override_yml(CONFIG, services))

    for service in services:
        assert document["services"][service]["logging"] == {
            "driver": "json-file", "options": {"max-size": "50m", "max-file": "5"},
        }
    (storage,) = document["services"]["registry"]["volumes"]
    (disk,) = document["services"]["core"]["volumes"]
    assert (storage["source"], storage["target"]) == ("harbor-registry", "/storage")
    assert storage["volume"] == {"nocopy": True}
    assert (disk["target"], disk["read_only"]) == ("/data", True)
    assert "volumes" not in document["services"]["portal"]


def test_volumes_are_external_under_their_own_names():
    document = yaml.safe_load(override_yml(CONFIG, ["registry"]))

    assert document["volumes"]["harbor-database"] == {"external": True, "name": "team-database"}
    assert all(entry["external"] is True for entry in document["volumes"].values())
    assert not any("_" in name for name in document["volumes"])


def test_the_subnet_is_set_only_when_one_is_given():
    assert "networks" not in yaml.safe_load(override_yml(CONFIG, ["core"]))

    document = yaml.safe_load(override_yml(replace(CONFIG, subnet="10.9.0.0/24"), ["core"]))

    assert document["networks"]["harbor"]["ipam"]["config"] == [{"subnet": "10.9.0.0/24"}]


def test_compose_typed_by_hand_finds_our_project():
    lines = compose_env(Layout()).splitlines()

    assert "COMPOSE_PROJECT_NAME=harbor" in lines
    assert "COMPOSE_FILE=docker-compose.yml:docker-compose.override.yml" in lines


def test_expected_mounts_name_the_docker_volume_of_each_service():
    mounts = expected_mounts(CONFIG)

    assert mounts["registryctl"] == ("team-registry", "/storage")
    assert mounts["core"] == ("team-registry", "/data")


def test_passwords_do_not_show_in_the_configuration_itself():
    assert CONFIG.admin_password not in repr(CONFIG)
    assert CONFIG.database_password not in repr(CONFIG)
