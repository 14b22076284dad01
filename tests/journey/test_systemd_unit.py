"""docs/operations.md, “Under systemd”, typed line by line on a machine with a real systemd."""

import re
import signal

import pytest

from tests.clone import ROOT
from tests.journey.own_system import own_system, python_environment
from tests.operations.processes import eventually

pytestmark = [pytest.mark.lab, pytest.mark.full]

ADDRESS = "https://localhost:8443/setup/"
CERTIFICATE = "/var/lib/slipway/tls/console.crt"


@pytest.fixture(scope="module")
def system(lab, tmp_path_factory):
    """The machine after everything in the docs' block was typed."""
    environment = python_environment("requirements.txt")
    with own_system(tmp_path_factory.mktemp("systemd")) as system:
        # What the first start would download.
        system.run("mkdir", "-p", "/var/cache/slipway")
        system.run("cp", "-r", str(environment), "/var/cache/slipway/")
        system.run("bash", "-ec", f"cd {system.clone}\n{documented_lines()}")
        eventually(lambda: answers(system), within=180, what=f"an answer, {said(system)}")
        yield system


def documented_lines():
    text = (ROOT / "docs/operations.md").read_text()
    block = text.split("\n## Under systemd\n")[1].split("\n## ")[0]
    first = re.search(r"(?:^    .+\n)+", block, re.MULTILINE)[0]
    lines = [line.strip() for line in first.splitlines()]
    assert lines[0].startswith("useradd"), lines
    return "\n".join(line for line in lines if not line.startswith("journalctl"))


def answers(system):
    """HTTPS, verified against the chain that the console itself wrote."""
    asked = ["curl", "--silent", "--cacert", CERTIFICATE, ADDRESS]
    return not system.fails(*asked) and "<title>Set up" in system.run(*asked)


def said(system):
    return system.run("journalctl", "--unit=slipway", "--no-pager")


def show(system, name):
    return system.run("systemctl", "show", "--value", f"--property={name}", "slipway").strip()


def people_of(system):
    """pid → user of every process of the unit."""
    group = show(system, "ControlGroup")
    pids = system.run("cat", f"/sys/fs/cgroup{group}/cgroup.procs").split()
    users = system.run("ps", "--no-headers", "-o", "user=", "-p", ",".join(pids)).split()
    return dict(zip(pids, users, strict=True))


def test_the_token_is_in_the_journal(system):
    found = system.run("bash", "-c", "journalctl -u slipway | grep token")

    assert re.search(r"administrator at https://\S+/setup/ with this token: \S+", found)
    assert "journalctl -u slipway | grep token" in (ROOT / "docs/operations.md").read_text()


def test_everything_runs_as_slipway_and_with_no_right_beyond(system):
    assert set(people_of(system).values()) == {"slipway"}
    assert len(people_of(system)) >= 6, "valkey, web, three workers, reconciler, and their parent"
    status = system.run("cat", f"/proc/{show(system, 'MainPID')}/status")
    assert "NoNewPrivs:\t1" in status
    assert "CapBnd:\t0000000000000000" in status
    inside = ["nsenter", "--mount", "--target", show(system, "MainPID")]
    assert system.fails(*inside, "touch", "/opt/slipway/manage.py"), "it may write its own code"


def test_nobody_else_reads_its_data(system):
    for name in ("", "slipway.sqlite3", "console.env", "tls/console.crt"):
        path = f"/var/lib/slipway/{name}"
        system.run("ls", path)
        assert system.fails("runuser", "--user", "nobody", "--", "ls", path), path


def test_it_comes_back_when_it_is_killed(system):
    first, before = show(system, "MainPID"), people_of(system)

    system.run("kill", f"-{signal.SIGKILL.value}", first)

    eventually(lambda: show(system, "MainPID") not in ("0", first), what="the restart")
    eventually(lambda: answers(system), within=120, what="an answer")
    assert not set(before) & set(people_of(system)), "somebody of the killed console lives on"


def test_stop_ends_all_of_it(system):
    before = people_of(system)

    system.run("systemctl", "stop", "slipway")

    assert show(system, "ActiveState") == "inactive"
    assert show(system, "Result") == "success"
    assert "SIGKILL" not in said(system).rpartition("Stopping slipway.service")[2]
    assert all(system.fails("kill", "-0", pid) for pid in before)
    system.run("systemctl", "start", "slipway")
    eventually(lambda: answers(system), within=120, what="an answer after the next start")
