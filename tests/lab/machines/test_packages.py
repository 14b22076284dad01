"""Packages come from the mirror that the machine itself uses, and nothing of its apt changes."""

import pytest

from lab import hosts_file, mirror, needs, packages
from lab.errors import LabError

DEB822 = """\
Types: deb
URIs: https://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
"""
ONE_LINE = """\
# deb https://old.example/debian bookworm main
deb [arch=amd64] https://mirror.example/debian bookworm main contrib
deb https://security.example/debian-security bookworm-security main
"""


@pytest.fixture
def apt(tmp_path, monkeypatch):
    """Gives this test's apt sources of its own; returns the folder to put them into."""
    monkeypatch.delenv("SLIPWAY_DEBIAN_MIRROR", raising=False)
    (tmp_path / "sources.list.d").mkdir()
    configuration = tmp_path / "apt.conf"
    configuration.write_text(
        f'Dir::Etc "{tmp_path}";\nAcquire::http::Proxy "http://p.example:1";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(configuration))
    monkeypatch.setattr(mirror, "_codename", lambda: "bookworm")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text"),
    [("sources.list.d/debian.sources", DEB822), ("sources.list", ONE_LINE)],
    ids=["deb822", "one line"],
)
def test_the_mirror_is_that_of_the_machine_in_both_forms_of_its_sources(apt, name, text):
    (apt / name).write_text(text)

    line = mirror.source_line("trixie")

    assert line.split("] ")[1].split() == ["https://mirror.example/debian/", "trixie", "main"]
    assert "signed-by=" in line


def test_without_a_debian_mirror_the_operator_is_told_what_to_set(apt, monkeypatch):
    with pytest.raises(LabError, match="Set SLIPWAY_DEBIAN_MIRROR"):
        mirror.source_line("trixie")

    monkeypatch.setenv("SLIPWAY_DEBIAN_MIRROR", "https://chosen.example/debian")
    assert " https://chosen.example/debian trixie main" in mirror.source_line("trixie")


def test_the_private_apt_goes_through_the_proxy_of_the_machine(apt, tmp_path):
    configuration = mirror.apt_configuration(tmp_path / "private")

    assert 'Acquire::http::Proxy "http://p.example:1";' in configuration
    assert f'Dir::State::status "{tmp_path}/private/status";' in configuration


@pytest.mark.lab
def test_a_closure_is_whole_and_comes_from_the_cache_the_second_time(monkeypatch, tmp_path):
    first = packages.download("bookworm", ["busybox"])
    names = [deb.name.split("_")[0] for deb in first]
    assert {"busybox", "libc6"} <= set(names), "dependencies as for an empty machine"

    monkeypatch.setenv("PATH", str(tmp_path))  # neither apt nor network from here on

    assert packages.download("bookworm", ["busybox"]) == first


@pytest.mark.lab
def test_a_package_that_does_not_exist_is_named():
    with pytest.raises(LabError, match="no-such-package of Debian bookworm failed"):
        packages.download_only("bookworm", ["no-such-package"])


def test_missing_programs_are_named_by_their_package(monkeypatch):
    monkeypatch.setattr(needs.shutil, "which", lambda tool: tool != "systemd-nspawn")

    assert "systemd-container" in needs.missing()
    assert "iptables" not in needs.missing()


def test_only_root_may_run_a_lab(monkeypatch):
    monkeypatch.setattr(needs.os, "geteuid", lambda: 1000)

    with pytest.raises(LabError, match="needs root"):
        needs.ensure()


@pytest.mark.parametrize("before", ["127.0.0.1 localhost\n", "127.0.0.1 localhost", ""])
def test_the_hosts_file_gets_its_very_bytes_back(monkeypatch, tmp_path, before):
    file = tmp_path / "hosts"
    file.write_text(before)
    monkeypatch.setattr(hosts_file, "HOSTS", file)

    hosts_file.write({"harbor.lab.test": "10.77.0.20"})
    hosts_file.write({"harbor.lab.test": "10.77.0.21", "other.lab.test": "10.77.0.22"})
    assert "10.77.0.21 harbor.lab.test" in file.read_text().splitlines()
    assert "10.77.0.20" not in file.read_text()

    hosts_file.write({})
    assert file.read_text() == before
