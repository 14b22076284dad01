"""The stand-in's prepare keeps Harbor's contract: files, owners, exit codes, what it deletes."""

import os
import stat
from pathlib import Path

import pytest
import yaml
from cryptography import x509

from lab.release import VERSION
from lab.release.recipe import HERE
from lab.release.standin.prepare.commands import main

FILES = {
    "portal/nginx.conf", "log/logrotate.conf", "log/rsyslog_docker.conf", "nginx/nginx.conf",
    "core/app.conf", "core/env", "registry/config.yml", "registry/passwd",
    "registryctl/config.yml", "registryctl/env", "db/env", "jobservice/config.yml",
    "jobservice/env"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The file system of the prepare container with its mounts and a good harbor.yml."""
    root = tmp_path / "container"
    for name in ("input", "config", "data", "compose_location", "usr/src/app", "hostfs/certs"):
        (root / name).mkdir(parents=True)
    (root / "usr/src/app/versions").write_text(f"VERSION_TAG: {VERSION}\nCACHE_IMAGE: cache\n")
    for name in ("server.crt", "server.key"):
        (root / "hostfs/certs" / name).write_text(name)
    write_settings(root)
    # Kept by prepare when they are there: a new key of this size costs seconds.
    for name in ("core/private_key.pem", "registry/root.crt"):
        (root / "data/secret" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "data/secret" / name).write_text(name)
    return root


def write_settings(root: Path, **changes: object) -> None:
    settings = yaml.safe_load((HERE / "installer/harbor.yml.tmpl").read_text())
    settings |= {"hostname": "registry.example.test", "https": {
        "port": 443, "certificate": "/certs/server.crt", "private_key": "/certs/server.key"}}
    settings |= changes
    text = yaml.safe_dump({k: v for k, v in settings.items() if v is not None})
    (root / "input/harbor.yml").write_text(text)


def configured(root: Path) -> set[str]:
    return {str(p.relative_to(root / "config")) for p in (root / "config").rglob("*")
            if p.is_file()}


def environment(root: Path, service: str) -> dict[str, str]:
    lines = (root / f"config/{service}/env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_writes_the_files_of_all_services(root: Path):
    assert main(["prepare"], root) == 0

    assert configured(root) == FILES
    assert stat.S_IMODE((root / "config/core/env").stat().st_mode) == 0o640
    assert stat.S_IMODE((root / "data/database").stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="owners need root")
def test_gives_files_and_folders_to_the_services_users(root: Path):
    main(["prepare"], root)

    owners = {name: (root / name).stat().st_uid for name in (
        "data/registry", "data/job_logs", "data/database", "data/redis", "config/core/env",
        "config/core/app.conf", "data/secret/keys/secretkey", "data/secret/cert/server.key")}
    assert owners == {
        "data/registry": 10000, "data/job_logs": 10000, "data/database": 999, "data/redis": 999,
        "config/core/env": 0, "config/core/app.conf": 10000, "data/secret/keys/secretkey": 10000,
        "data/secret/cert/server.key": 10000}


def test_the_compose_file_names_services_as_harbor_does(root: Path):
    main(["prepare"], root)

    services = yaml.safe_load((root / "compose_location/docker-compose.yml").read_text())[
        "services"]
    assert {name: entry["container_name"] for name, entry in services.items()} == {
        "log": "harbor-log", "registry": "registry", "registryctl": "registryctl",
        "postgresql": "harbor-db", "core": "harbor-core", "portal": "harbor-portal",
        "jobservice": "harbor-jobservice", "redis": "redis", "proxy": "nginx"}
    assert services["proxy"]["ports"] == ["80:8080", "443:8443"]
    assert services["log"]["ports"] == ["127.0.0.1:1514:10514"]
    assert "logging" not in services["log"]
    assert services["core"]["logging"]["options"] == {
        "syslog-address": "tcp://localhost:1514", "tag": "core"}
    assert all(entry["cap_drop"] == ["ALL"] for entry in services.values())


def test_keeps_what_must_be_kept_and_renews_the_rest(root: Path):
    main(["prepare"], root)
    kept = {p: p.read_bytes() for p in (root / "data/secret").rglob("*") if p.is_file()}
    secret = environment(root, "core")["CORE_SECRET"]

    main(["prepare"], root)

    assert {p: p.read_bytes() for p in kept} == kept
    assert environment(root, "core")["CORE_SECRET"] != secret
    assert environment(root, "core")["CORE_SECRET"] == environment(root, "jobservice")[
        "CORE_SECRET"]


def test_makes_a_signing_certificate_of_ten_years_when_there_is_none(root: Path):
    (root / "data/secret/core/private_key.pem").unlink()
    main(["prepare"], root)

    found = x509.load_pem_x509_certificate((root / "data/secret/registry/root.crt").read_bytes())
    lasts = found.not_valid_after_utc - found.not_valid_before_utc
    assert lasts.days == 3650
    assert not list(found.subject)


@pytest.mark.parametrize("hostname", ["127.0.0.1", "reg.mydomain.com"])
def test_a_refused_name_leaves_no_configuration_behind(root: Path, hostname: str):
    main(["prepare"], root)
    write_settings(root, hostname=hostname)

    assert main(["prepare"], root) == 255
    assert configured(root) == set()
    assert (root / "data/secret/cert/server.key").exists()


def test_a_wrong_certificate_path_leaves_neither_certificate_nor_configuration(root: Path):
    main(["prepare"], root)
    write_settings(root, https={"port": 443, "certificate": "/certs/server.crt",
                                "private_key": "/certs/missing.key"})

    with pytest.raises(FileNotFoundError, match="hostfs/certs/missing.key"):
        main(["prepare"], root)
    assert len(configured(root)) == 3
    assert list((root / "data/secret/cert").iterdir()) == []


@pytest.mark.parametrize("key", ["hostname", "harbor_admin_password", "data_volume", "jobservice",
                                 "notification", "log"])
def test_a_missing_key_is_a_key_error(root: Path, key: str):
    write_settings(root, **{key: None})

    with pytest.raises(KeyError, match=key):
        main(["prepare"], root)


def test_localhost_is_accepted_as_harbor_accepts_it(root: Path):
    write_settings(root, hostname="localhost")

    assert main(["prepare"], root) == 0


def test_without_https_nothing_listens_for_it(root: Path):
    write_settings(root, https=None, http={"port": 8081})
    main(["prepare"], root)

    compose = yaml.safe_load((root / "compose_location/docker-compose.yml").read_text())
    assert compose["services"]["proxy"]["ports"] == ["8081:8080"]
    assert environment(root, "core")["EXT_ENDPOINT"] == "http://registry.example.test:8081"
    assert "ssl" not in (root / "config/nginx/nginx.conf").read_text()


@pytest.mark.parametrize("change", [
    {"storage_service": {"s3": {"bucket": "b"}}}, {"external_redis": {"host": "r:6379"}},
    {"internal_tls": {"enabled": True, "dir": "/x"}}, {"metric": {"enabled": True}}])
def test_refuses_what_the_stand_in_does_not_have(root: Path, change: dict, capsys):
    write_settings(root, **change)

    assert main(["prepare"], root) == 255
    assert f"does not know {next(iter(change))}" in capsys.readouterr().err


def test_refuses_a_scanner(root: Path, capsys):
    assert main(["prepare", "--with-trivy"], root) == 255
    assert "no scanner" in capsys.readouterr().err


def test_makes_internal_certificates_for_every_service(root: Path):
    main(["gencert", "-p", "/certs-out", "-d", "30"], root)

    core = x509.load_pem_x509_certificate((root / "certs-out/core.crt").read_bytes())
    names = core.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["core"]
    assert stat.S_IMODE((root / "certs-out/core.key").stat().st_mode) == 0o600


def test_migrates_the_version_of_a_file_and_nothing_else(root: Path):
    write_settings(root, _version="2.14.0")
    before = (root / "input/harbor.yml").read_text()

    assert main(["migrate", "-i", "/input/harbor.yml"], root) == 0
    assert (root / "input/harbor.yml").read_text() == before.replace("2.14.0", "2.15.0")
    assert main(["migrate", "-i", "/input/harbor.yml"], root) == 0
