"""The installer does what it says, twice as well as once, and takes it back."""

import subprocess
import tarfile
from io import BytesIO

import pytest

from certificates.client_trust import installer, trust_archive
from certificates.keys import new_key
from certificates.signing import sign_authority, to_pem
from tests.certificates.outside import NOW

REGISTRY = "reg.example.com:8443"
FOLDERS = ("docker", "containers", "containerd")


def authority(name="Root"):
    return to_pem(sign_authority(name, new_key(), now=NOW, days=90))


@pytest.fixture
def machine(tmp_path):
    """`machine(script, options...)`: runs it for a machine whose files lie below `root`."""
    root = tmp_path / "root"
    root.mkdir()

    def run(script, *options):
        return subprocess.run(["sh", "-s", "--", "--root", str(root), *options], input=script,
                              capture_output=True, text=True, check=False)

    run.root = root
    return run


def files(machine):
    return {str(path.relative_to(machine.root)): path.read_text()
            for path in machine.root.rglob("*") if path.is_file()}


def test_trusts_the_registry_and_nothing_else(machine):
    pem = authority()

    done = machine(installer(REGISTRY, pem))

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = files(machine)
    for folder in FOLDERS:
        assert found.pop(f"etc/{folder}/certs.d/{REGISTRY}/ca.crt") == pem
    hosts = found.pop(f"etc/containerd/certs.d/{REGISTRY}/hosts.toml")
    assert f'[host."https://{REGISTRY}"]' in hosts
    assert found == {}


def test_a_second_run_changes_nothing_and_another_authority_replaces(machine):
    machine(installer(REGISTRY, authority()))
    before = files(machine)
    other = authority("Other")

    for script in (installer(REGISTRY, other),) * 2:
        assert machine(script).returncode == 0

    assert files(machine).keys() == before.keys()
    assert files(machine)[f"etc/docker/certs.d/{REGISTRY}/ca.crt"] == other


@pytest.mark.parametrize(("there", "anchors"), [
    ("usr/local/share/ca-certificates", "usr/local/share/ca-certificates"),
    ("etc/pki/ca-trust/source/anchors", "etc/pki/ca-trust/source/anchors"),
    ("etc/pki/trust/anchors", "etc/pki/trust/anchors"),
])
def test_the_whole_machine_trusts_on_demand_one_certificate_in_each_file(machine, there, anchors):
    (machine.root / there).mkdir(parents=True)
    old, new = authority("Old"), authority("New")

    assert machine(installer(REGISTRY, old + new), "--system").returncode == 0

    name = f"{anchors}/slipway-reg.example.com_8443"
    assert [files(machine)[f"{name}-{n}.crt"] for n in (1, 2)] == [old, new]
    assert machine(installer(REGISTRY, new), "--system").returncode == 0
    assert files(machine)[f"{name}-1.crt"] == new
    assert f"{name}-2.crt" not in files(machine)


def test_takes_everything_back_and_leaves_what_others_wrote(machine):
    theirs = machine.root / "etc/docker/certs.d/other.example.com/ca.crt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    script = installer(REGISTRY, authority())
    machine(script, "--system")

    for _ in range(2):
        assert machine(script, "--remove").returncode == 0

    assert files(machine) == {"etc/docker/certs.d/other.example.com/ca.crt": "theirs"}


def test_a_hosts_file_of_the_operator_stays(machine):
    hosts = machine.root / f"etc/containerd/certs.d/{REGISTRY}/hosts.toml"
    hosts.parent.mkdir(parents=True)
    hosts.write_text('server = "https://mirror"\n')

    said = machine(installer(REGISTRY, authority())).stdout
    machine(installer(REGISTRY, authority()), "--remove")

    assert "is yours: add" in said
    assert hosts.read_text() == 'server = "https://mirror"\n'


def test_says_when_containerd_would_not_look_there(machine):
    config = machine.root / "etc/containerd/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("version = 2\n")

    assert 'set config_path = "/etc/containerd/certs.d"' in machine(
        installer(REGISTRY, authority())).stdout


def test_an_unknown_option_touches_nothing(machine):
    done = machine(installer(REGISTRY, authority()), "--sytem")

    assert done.returncode == 2
    assert "--system" in done.stderr
    assert files(machine) == {}


def test_somebody_without_rights_is_told(tmp_path):
    script = tmp_path / "trust.sh"
    script.write_text(installer(REGISTRY, authority()))
    script.chmod(0o644)
    tmp_path.chmod(0o755)

    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-s"],
        input=script.read_text(), capture_output=True, text=True, check=False, cwd="/",
    )

    assert done.returncode == 1
    assert "run it as root" in done.stderr


def test_nothing_but_certificates_gets_into_the_script():
    script = installer(REGISTRY, "$(touch /tmp/x)\nPEM\nrm -rf /\n" + authority())

    assert "rm -rf /" not in script
    assert "touch" not in script
    assert "PRIVATE" not in script


def test_the_archive_holds_script_and_tree():
    with tarfile.open(fileobj=BytesIO(trust_archive(REGISTRY, authority()))) as tar:
        names = tar.getnames()
        script = tar.getmember("trust.sh")

    assert script.mode == 0o755
    for folder in FOLDERS:
        assert f"tree/etc/{folder}/certs.d/{REGISTRY}/ca.crt" in names
    assert "tree/usr/local/share/ca-certificates/slipway-reg.example.com_8443-1.crt" in names
