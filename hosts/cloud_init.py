"""What a new machine does at its first boot: an engine that only we may talk to. Pure text."""

from typing import Any

import yaml

from hosts.engine_files import EngineFile, daemon_file, trust_files, unit_file
from hosts.models.first_boot import FirstBoot, listed

# Prism limits user-data to 128,000 characters in base64 (nutanix.md 2.8).
LONGEST = 96_000
# An image without an engine gets one from its distribution, or from the repository it is given.
_INSTALL = (
    "command -v dockerd || "
    "if command -v apt-get; then apt-get update && apt-get install -y docker.io; "
    "else dnf install -y docker-ce || dnf install -y moby-engine; fi"
)
_PROXY_FILE = "/etc/systemd/system/docker.service.d/slipway-proxy.conf"
_RESOLVED_FILE = "/etc/systemd/resolved.conf.d/slipway.conf"
# Debian's cloud-init leaves resolv.conf alone; the other lines there, like `search`, stay.
_RESOLV_CONF = (
    "systemctl is-active --quiet systemd-resolved.service || "
    "{ others=$(sed '/^nameserver/d' /etc/resolv.conf 2>/dev/null); "
    "printf '%s\\n' \"$others\" \"$@\" > /etc/resolv.conf; }"
)
_NEVER_THROUGH_PROXY = ("localhost", "127.0.0.1", "::1")


def document(
    *, host_name: str, authority_pem: str, certificate_pem: str, key_pem: str, port: int,
    settings: FirstBoot,
) -> str:
    """A `#cloud-config` document. Holds a private key: never log it.

    The first line is required as it is by AOS 7.3 (nutanix.md 2.8).
    """
    files = [
        *trust_files(
            authority_pem=authority_pem, certificate_pem=certificate_pem, key_pem=key_pem
        ),
        daemon_file(), unit_file(port), *_files_of(settings),
    ]
    content = {
        "hostname": host_name,
        "ssh_pwauth": False,
        **_modules(settings),
        "write_files": [
            {"path": file.path, "content": file.content, "permissions": f"{file.mode:04o}",
             "owner": "root:root"}
            for file in files
        ],
        "runcmd": _commands(settings),
    }
    return "#cloud-config\n" + yaml.safe_dump(content, default_flow_style=False, sort_keys=False)


def _modules(settings: FirstBoot) -> dict[str, Any]:
    """cloud-init's own modules; each passes over what another family of systems understands."""
    found: dict[str, Any] = {}
    if settings.ssh_key:
        found["ssh_authorized_keys"] = settings.ssh_key.strip().splitlines()
    if settings.name_servers:
        found["manage_resolv_conf"] = True
        found["resolv_conf"] = {"nameservers": listed(settings.name_servers)}
    if settings.ntp_servers:
        found["ntp"] = {"enabled": True, "servers": listed(settings.ntp_servers)}
    if settings.extra_ca:
        found["ca_certs"] = {"trusted": [settings.extra_ca.strip() + "\n"]}
    if settings.package_source or settings.proxy:
        found["apt"] = _apt(settings)
    if settings.package_source:
        found["yum_repos"] = {"slipway": {
            "name": "Packages", "baseurl": settings.package_source, "enabled": True,
            "gpgcheck": True,
        }}
    return found


def _apt(settings: FirstBoot) -> dict[str, Any]:
    apt: dict[str, Any] = {}
    if settings.package_source:
        apt["preserve_sources_list"] = False  # Debian's images say True: no mirror would be used
        apt["primary"] = [{"arches": ["default"], "uri": settings.package_source}]
        security = settings.security_source or settings.package_source
        apt["security"] = [{"arches": ["default"], "uri": security}]
    if settings.proxy:
        apt |= {"http_proxy": settings.proxy, "https_proxy": settings.proxy}
    return apt


def _files_of(settings: FirstBoot) -> list[EngineFile]:
    files = []
    if settings.proxy:
        direct = ",".join([*_NEVER_THROUGH_PROXY, *listed(settings.no_proxy)])
        files.append(EngineFile(path=_PROXY_FILE, content=(
            "[Service]\n"
            f'Environment="HTTP_PROXY={settings.proxy}" "HTTPS_PROXY={settings.proxy}" '
            f'"NO_PROXY={direct}"\n'
        )))
    if settings.name_servers:
        servers = " ".join(listed(settings.name_servers))
        files.append(EngineFile(path=_RESOLVED_FILE, content=f"[Resolve]\nDNS={servers}\n"))
    return files


def _commands(settings: FirstBoot) -> list[list[str]]:
    commands = [
        ["systemctl", "daemon-reload"],
        ["systemctl", "enable", "docker.service"],
        ["systemctl", "restart", "docker.service"],
    ]
    if not settings.engine_in_image:
        proxy = [f"{name}={settings.proxy}" for name in ("http_proxy", "https_proxy")]
        commands.insert(0, [*(["env", *proxy] if settings.proxy else []), "sh", "-c", _INSTALL])
    if settings.name_servers:
        lines = [f"nameserver {each}" for each in listed(settings.name_servers)]
        commands[:0] = [
            ["systemctl", "try-restart", "systemd-resolved.service"],
            ["sh", "-c", _RESOLV_CONF, "sh", *lines],
        ]
    return commands
