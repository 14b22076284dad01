"""A real cloud-init honours what a host is told at its first boot, seen on the machine itself.

Nothing is installed and no proxy is asked, because the lab has no way out: of proxy and package
repository only the written settings are seen. The clock is the lab host's, so that its time
service is configured and never started.
"""

import pytest

from certificates.authorities import ensure_console_authority
from certificates.issuing import issue
from hosts.services import plan_host
from tests.hosts.conftest import provisioned

pytestmark = [pytest.mark.lab, pytest.mark.full]


@pytest.fixture
def authority(db):
    return ensure_console_authority()


@pytest.fixture
def host(lab, lab_cluster, authority, carry_out):
    host = plan_host(name="boot-1", cluster=lab_cluster, cpus=2, memory_mib=2048, disk_gib=40)
    ours, _, _ = lab.status()["dns"].rpartition(":")
    host.record(
        name_servers=f"{ours}, 192.0.2.53", ntp_servers="time.example.com, 192.0.2.4",
        extra_ca=authority.certificate_pem, ssh_key="ssh-ed25519 AAAAC3Nz ada",
        proxy="http://proxy.example.com:3128", no_proxy=".example.com",
        package_source="http://mirror.example.com/debian",
        security_source="http://mirror.example.com/security",
    )
    host.clean()
    with provisioned(carry_out, host):
        yield host


def test_the_machine_is_as_it_was_told(host, lab, authority):
    def seen(*command):
        done = lab.inside(host.name, *command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    seen("sh", "-c", "cloud-init status --wait; :")
    servers = [server.strip() for server in host.name_servers.split(",")]
    assert seen("cat", "/etc/resolv.conf").splitlines() == [
        "search lab.test", *(f"nameserver {server}" for server in servers)
    ]
    times = seen("sh", "-c", "cat /etc/systemd/timesyncd.conf.d/*.conf")
    assert "NTP=time.example.com 192.0.2.4" in times
    assert "AAAAC3Nz" in seen("cat", "/home/debian/.ssh/authorized_keys")
    environment = seen("systemctl", "show", "docker.service", "--property=Environment")
    assert "HTTPS_PROXY=http://proxy.example.com:3128" in environment
    assert "NO_PROXY=localhost,127.0.0.1,::1,.example.com" in environment
    apt = seen("sh", "-c", "cat /etc/apt/sources.list.d/*; apt-config dump")
    for words in ("http://mirror.example.com/debian", "http://mirror.example.com/security",
                  'Acquire::http::Proxy "http://proxy.example.com:3128"'):
        assert words in apt


def test_the_machine_trusts_the_extra_authority(host, lab, authority):
    leaf = issue(authority, common_name="mirror.example.com", names=["mirror.example.com"])

    script = f"echo '{leaf.certificate_pem}' | openssl verify -CApath /etc/ssl/certs"
    done = lab.inside(host.name, "sh", "-c", script)

    assert done.stdout.strip().endswith("OK"), (done.stdout, done.stderr)
