"""Compose is checked before use, merges our override, and moves paths to the host."""

import os
import stat
from pathlib import Path

import pytest

from harbor.bundle import COMPOSE_FILE, OVERRIDE_FILE, override_yml
from harbor.compose import Compose, ComposeError, moved
from tests.harbor.test_bundle import CONFIG

FOLDER = Path(__file__).parent


def program(folder: Path, script: str) -> str:
    path = folder / "docker-compose"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize("version", ["1.29.2", "2.23.3", "", "docker-compose version 1.29.2"])
def test_refuses_compose_that_is_too_old(tmp_path, version):
    with pytest.raises(ComposeError, match="too old"):
        Compose(program(tmp_path, f"echo '{version}'")).require()


def test_accepts_a_recent_compose(tmp_path):
    assert Compose(program(tmp_path, "echo v2.26.1")).require() == "v2.26.1"


def test_says_when_compose_is_missing(tmp_path):
    with pytest.raises(ComposeError, match="cannot be started"):
        Compose(str(tmp_path / "none")).require()


def test_shows_compose_nothing_of_our_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "of-the-console")
    seen = []

    Compose(program(tmp_path, "env"), {"DOCKER_HOST": "tcp://192.0.2.9:2376"}).up(
        {}, project="harbor", on_line=seen.append
    )

    assert "DOCKER_HOST=tcp://192.0.2.9:2376" in seen
    assert not any("of-the-console" in line for line in seen)


def test_the_document_travels_on_standard_input_not_in_arguments(tmp_path):
    seen = []

    Compose(program(tmp_path, 'echo "$@"; cat')).up(
        {"password": "Abcdefgh1234"}, project="harbor", on_line=seen.append, services=["log"]
    )

    assert "Abcdefgh1234" not in seen[0]
    assert seen[0].endswith("up --detach --no-build --pull never log")
    assert "Abcdefgh1234" in seen[1]


def test_a_failure_says_what_compose_said_last(tmp_path):
    script = "echo ' Container nginx  Starting'; echo 'Error: port is taken' >&2; exit 1"

    with pytest.raises(ComposeError, match="up failed: Error: port is taken") as caught:
        Compose(program(tmp_path, script)).up({}, project="harbor", on_line=lambda line: None)

    assert "Container nginx" in caught.value.detail


def test_stops_waiting_for_compose_at_the_limit(tmp_path):
    with pytest.raises(ComposeError, match="did not end within"):
        Compose(program(tmp_path, "exec sleep 600")).up(
            {}, project="harbor", on_line=lambda line: None, timeout=0.2
        )


def test_down_never_removes_volumes(tmp_path):
    seen = []

    Compose(program(tmp_path, 'echo "$@"')).down(project="harbor", on_line=seen.append)

    assert "-v" not in seen[0].split()
    assert "--volumes" not in seen[0]


def test_moves_only_what_lies_in_the_staging_folder():
    document = {"services": {"proxy": {"volumes": [
        {"type": "bind", "source": "/staging/common/config/nginx", "target": "/etc/nginx"},
        {"type": "bind", "source": "/staging-other/x", "target": "/x"},
        {"type": "bind", "source": "/data/secret/cert", "target": "/etc/cert"},
        {"type": "volume", "source": "harbor-registry", "target": "/storage"},
    ]}, "core": {}}}

    volumes = moved(document, Path("/staging"), "/opt/harbor")["services"]["proxy"]["volumes"]

    assert [mount["source"] for mount in volumes] == [
        "/opt/harbor/common/config/nginx", "/staging-other/x", "/data/secret/cert",
        "harbor-registry",
    ]


@pytest.fixture(scope="module")
def compose() -> Compose:
    """Real compose where there is one; the lab brings it."""
    try:
        found = Compose(os.environ.get("COMPOSE_BINARY", ""))
        found.require()
    except ComposeError:
        pytest.importorskip("lab.packages")
        from lab.packages import engine_tools

        found = Compose(str(engine_tools() / "usr/libexec/docker/cli-plugins/docker-compose"))
    return found


@pytest.fixture
def rendered(compose, tmp_path) -> dict:
    """Harbor's compose file, shortened but with its shapes, merged with our override."""
    services = ["log", "registry", "core", "postgresql"]
    (tmp_path / COMPOSE_FILE).write_text((FOLDER / "harbor-compose.yml").read_text())
    (tmp_path / OVERRIDE_FILE).write_text(override_yml(CONFIG, services))
    environment = tmp_path / "common/config/core"
    environment.mkdir(parents=True)
    (environment / "env").write_text("CORE_SECRET=abc\nPASSWORD=With0Dollar\n")
    document = compose.render(tmp_path, [COMPOSE_FILE, OVERRIDE_FILE], project="harbor")
    return moved(document, tmp_path, "/opt/harbor")


@pytest.mark.lab
def test_real_compose_replaces_binds_by_our_volumes(rendered):
    registry = {mount["target"]: mount for mount in rendered["services"]["registry"]["volumes"]}
    core = {mount["target"]: mount for mount in rendered["services"]["core"]["volumes"]}

    assert registry["/storage"]["type"] == "volume"
    assert core["/data"]["source"] == "harbor-registry"
    assert core["/data"]["read_only"] is True
    assert core["/etc/core/app.conf"]["source"] == "/opt/harbor/common/config/core/app.conf"
    assert rendered["volumes"]["harbor-database"] == {"name": "team-database", "external": True}


@pytest.mark.lab
def test_real_compose_reads_env_files_in_and_replaces_logging(rendered):
    core = rendered["services"]["core"]

    assert core["environment"]["CORE_SECRET"] == "abc"
    assert "env_file" not in core
    assert core["logging"] == {
        "driver": "json-file", "options": {"max-size": "50m", "max-file": "5"},
    }
    assert rendered["name"] == "harbor"
    assert rendered["networks"]["harbor"]["name"] == "harbor_harbor"
