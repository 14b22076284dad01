"""Harbor's own input: harbor.yml, our override of its compose file, and the names around them.

Everything of ours goes through these files; Harbor's compose file stays as `prepare` writes it.
"""

import re
from collections.abc import Iterable

import yaml

from harbor.images import release_number
from harbor.types import HarborConfig, Layout
from lib.names import problems_with_fqdn, problems_with_label

COMPOSE_FILE = "docker-compose.yml"
OVERRIDE_FILE = "docker-compose.override.yml"
ENV_FILE = ".env"
_PASSWORD = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{12,32}")
_FOLDER = re.compile(r"(/[A-Za-z0-9._-]+)+")
_READ_ONLY = {"core"}
# service → (role of the volume, where the service expects it; `harbor.md 3.4`)
_MOUNTS = {
    "registry": ("registry", "/storage"),
    "registryctl": ("registry", "/storage"),
    "postgresql": ("database", "/var/lib/postgresql/data"),
    "jobservice": ("jobservice", "/var/log/jobs"),
    "redis": ("redis", "/var/lib/redis"),
    # Core only asks how full the disk is; read-only hides every private key below /data from it.
    "core": ("registry", "/data"),
}
# service → name of its container, the same in every release (`harbor.md 1.2, 2.4`).
CONTAINER_OF = {
    "log": "harbor-log", "registry": "registry", "registryctl": "registryctl",
    "postgresql": "harbor-db", "core": "harbor-core", "portal": "harbor-portal",
    "jobservice": "harbor-jobservice", "redis": "redis", "proxy": "nginx",
}
LOGGING = {"driver": "json-file", "options": {"max-size": "50m", "max-file": "5"}}

# What prepare cannot do without, as Harbor's own template has it (`harbor.md 2.1`).
_CONNECTIONS = {
    "max_idle_conns": 100, "max_open_conns": 900,
    "conn_max_lifetime": "5m", "conn_max_idle_time": 0,
}
_JOBS = {
    "max_job_duration_hours": 24, "job_loggers": ["STD_OUTPUT", "FILE"],
    "logger_sweeper_duration": 14,
}
_ROTATION = {"rotate_count": 10, "rotate_size": "50M"}
_USUAL = {
    "trivy": {
        "ignore_unfixed": False, "skip_update": True, "skip_java_db_update": True,
        "offline_scan": True, "security_check": "vuln", "insecure": False, "timeout": "5m0s",
    },
    "notification": {"webhook_job_max_retry": 3, "webhook_job_http_client_timeout": 3},
    "proxy": {
        "http_proxy": None, "https_proxy": None, "no_proxy": None,
        "components": ["core", "jobservice", "trivy"],
    },
    "upload_purging": {"enabled": True, "age": "168h", "interval": "24h", "dryrun": False},
    "cache": {"enabled": False, "expire_hours": 24},
}


def problems_with(config: HarborConfig) -> list[str]:
    """Every reason why Harbor could not be made from `config`; empty when it can.

    `prepare` accepts some of these and breaks what is there on others (`harbor.md 1.6, 2.3`).
    """
    problems = problems_with_fqdn(config.hostname)
    problems += _problems_with_ports(config) + _problems_with_passwords(config)
    missing = {role for role, _ in _MOUNTS.values()} - set(config.volumes)
    problems += [f"There is no volume for {role}." for role in sorted(missing)]
    for name in config.volumes.values():
        problems += [f"Volume {name}: {reason}" for reason in problems_with_label(name)]
    layout = config.layout
    problems += [
        f"“{folder}” is no plain absolute path."
        for folder in (layout.install, layout.data, layout.logs) if not _FOLDER.fullmatch(folder)
    ]
    try:
        release_number(config.version)
    except ValueError as error:
        problems.append(str(error))
    return problems


def harbor_yml(config: HarborConfig) -> str:
    """The text of harbor.yml for `config`, which must be free of problems."""
    certs = config.layout.certs
    return _yaml({
        "hostname": config.hostname,
        "http": {"port": config.http_port},
        "https": {
            "port": config.https_port,
            "certificate": f"{certs}/server.crt",
            "private_key": f"{certs}/server.key",
        },
        "harbor_admin_password": config.admin_password,
        "database": {"password": config.database_password, **_CONNECTIONS},
        "data_volume": config.layout.data,
        "jobservice": {"max_job_workers": config.job_workers, **_JOBS},
        "log": {"level": "info", "local": {"location": config.layout.logs, **_ROTATION}},
        "_version": f"{'.'.join(str(part) for part in release_number(config.version)[:2])}.0",
        **_USUAL,
    })


def override_yml(config: HarborConfig, services: Iterable[str]) -> str:
    """Our changes to the compose file that has these services: volumes and logging.

    Volumes are external: compose never makes or removes them, not even by `down -v`.
    """
    changed: dict = {}
    for service in services:
        changed[service] = {"logging": LOGGING}
        if service in _MOUNTS:
            changed[service]["volumes"] = [_mount(service)]
    document = {
        "name": config.layout.project,
        "services": changed,
        "volumes": {
            f"harbor-{role}": {"external": True, "name": name}
            for role, name in config.volumes.items()
        },
    }
    if config.subnet:
        document["networks"] = {"harbor": {"ipam": {"config": [{"subnet": config.subnet}]}}}
    return _yaml(document)


def compose_env(layout: Layout) -> str:
    """What makes `docker compose` typed in the install folder mean exactly our project."""
    return (
        f"COMPOSE_PROJECT_NAME={layout.project}\n"
        f"COMPOSE_FILE={COMPOSE_FILE}:{OVERRIDE_FILE}\n"
    )


def expected_mounts(config: HarborConfig) -> dict[str, tuple[str, str]]:
    """service → (Docker volume, path in the container), as the override asks for."""
    return {
        service: (config.volumes[role], target)
        for service, (role, target) in _MOUNTS.items()
    }


def _mount(service: str) -> dict:
    role, target = _MOUNTS[service]
    # Without nocopy the engine gives an empty volume the owner of the image's folder, which is
    # root: the registry could not write (`harbor.md 3.5`).
    mount = {
        "type": "volume", "source": f"harbor-{role}", "target": target,
        "volume": {"nocopy": True},
    }
    return mount | {"read_only": True} if service in _READ_ONLY else mount


def _problems_with_ports(config: HarborConfig) -> list[str]:
    problems = [
        f"Port {port} is not between 1 and 65535."
        for port in (config.http_port, config.https_port) if not 1 <= port <= 65535
    ]
    if config.http_port == config.https_port:
        problems.append(f"HTTP and HTTPS cannot share port {config.http_port}.")
    return problems


def _problems_with_passwords(config: HarborConfig) -> list[str]:
    named = (("administrator", config.admin_password), ("database", config.database_password))
    return [
        f"The {name} password needs 12 to 32 letters and digits, with at least one upper-case "
        "letter, one lower-case letter and one digit."
        for name, password in named if not _PASSWORD.fullmatch(password)
    ]


class _Dumper(yaml.SafeDumper):
    """Repeats equal blocks in full: anchors would puzzle whoever reads the file."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _yaml(document: dict) -> str:
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=1000)
