"""The script that an operator runs on an existing machine, so that its engine obeys Slipway."""

import json
import shlex

from certificates.services import ensure_console_authority
from hosts.engine_files import DAEMON_FILE, daemon_settings, trust_files, unit_file
from hosts.identities import (
    ensure_client_certificate,
    has_lasting_certificate,
    issue_lasting_certificate,
)
from hosts.models import DockerHost
from lib.errors import ServiceError

_HEAD = """\
#!/bin/sh
# Lets Slipway reach the Docker Engine of this machine on port {port}, with mutual TLS.
# Contains the engine's private key: copy it over a safe way, run it as root, delete it.
set -eu
[ "$(id -u)" = 0 ] || {{ echo "Run this as root." >&2; exit 1; }}
command -v dockerd >/dev/null || {{ echo "Install Docker Engine first." >&2; exit 1; }}
command -v systemctl >/dev/null || {{ echo "This needs systemd." >&2; exit 1; }}
if [ -s {daemon} ] && ! grep -q {ours} {daemon}; then
    cat >&2 <<'END'
{daemon} exists. Add these settings to it by hand, then run this script again:
{settings}
END
    exit 1
fi
umask 077
"""
_TAIL = """\
systemctl daemon-reload
systemctl enable docker.service
systemctl restart docker.service
echo "Done. Open port {port} for the console only, then connect the host in Slipway."
"""


def existing_host_script(host: DockerHost) -> str:
    """The text of the script for this host; holds a private key: never log it.

    Raises ServiceError for a machine that Slipway makes itself, and without an address.
    """
    if host.is_ours:
        raise ServiceError(f"{host} is made by Slipway and needs no script.")
    if not host.address:
        raise ServiceError(f"{host} has no address.", advice="Enter it first.")
    if host.authority_id is None:
        host.record(authority=ensure_console_authority())
    ensure_client_certificate(host)
    if not has_lasting_certificate(host):
        host.record(server_certificate=issue_lasting_certificate(host))
    return _text(host)


def _text(host: DockerHost) -> str:
    certificate = host.server_certificate
    files = [
        *trust_files(
            authority_pem=host.authority.full_chain_pem,
            certificate_pem=certificate.full_chain_pem, key_pem=certificate.key_pem,
        ),
        unit_file(host.engine_port),
    ]
    settings = json.dumps(daemon_settings(), indent=2)
    parts = [_HEAD.format(
        port=host.engine_port, daemon=DAEMON_FILE, settings=settings,
        ours=shlex.quote('"tlscacert": "/etc/docker/slipway/ca.pem"'),
    )]
    parts += [_write(file.path, file.content, file.mode) for file in files]
    parts.append(f"[ -s {DAEMON_FILE} ] || {{\n{_write(DAEMON_FILE, settings, 0o644)}}}\n")
    return "".join([*parts, _TAIL.format(port=host.engine_port)])


def _write(path: str, content: str, mode: int) -> str:
    folder = shlex.quote(path.rpartition("/")[0])
    return (
        f"mkdir -p {folder} && chmod 755 {folder}\n"
        f"cat >{shlex.quote(path)} <<'END'\n{content.rstrip()}\nEND\n"
        f"chmod {mode:o} {shlex.quote(path)}\n"
    )
