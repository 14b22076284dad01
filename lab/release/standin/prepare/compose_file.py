"""The docker-compose.yml of all services (harbor.md 3.1, 3.2)."""

from pathlib import Path

import yaml

from .places import Places
from .settings import Settings

CONFIG = "./common/config"


def write(places: Places, settings: Settings) -> None:
    """Write /compose_location/docker-compose.yml, 0644 root."""
    services = _services(settings, versions(places))
    for name, service in services.items():
        service |= {"restart": "always", "networks": ["harbor"], "cap_drop": ["ALL"]}
        if name != "log":
            service["logging"] = {"driver": "syslog", "options": {
                "syslog-address": "tcp://localhost:1514", "tag": name}}
    document = {"services": services, "networks": {"harbor": {"external": False}}}
    path = places.compose / "docker-compose.yml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    path.chmod(0o644)
    print(f"Generated configuration file: {path}")


def versions(places: Places) -> dict[str, str]:
    """What this prepare image belongs to: VERSION_TAG, CACHE_IMAGE."""
    return yaml.safe_load((places.root / "usr/src/app/versions").read_text())


def _services(settings: Settings, known: dict[str, str]) -> dict[str, dict]:
    tag = known["VERSION_TAG"]
    cache = _service(known["CACHE_IMAGE"], tag, "redis",
                     [f"{settings.data_volume}/redis:/var/lib/redis"], after=["log"])
    return (_storage_services(settings, tag) | {"redis": cache}
            | _program_services(settings, tag) | {"proxy": _proxy(settings, tag)})


def _storage_services(settings: Settings, tag: str) -> dict[str, dict]:
    data = settings.data_volume
    return {
        "log": _service("harbor-log", tag, "harbor-log", [
            f"{settings.location}/:/var/log/docker/:z",
            _file(f"{CONFIG}/log/logrotate.conf", "/etc/logrotate.d/logrotate.conf"),
            _file(f"{CONFIG}/log/rsyslog_docker.conf", "/etc/rsyslog.d/rsyslog_docker.conf"),
        ], adds=["CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID"])
        | {"ports": ["127.0.0.1:1514:10514"]},
        "registry": _service("registry-photon", tag, "registry", [
            f"{data}/registry:/storage:z", f"{CONFIG}/registry/:/etc/registry/:z",
            _file(f"{data}/secret/registry/root.crt", "/etc/registry/root.crt"), _trust(),
        ], after=["log"]),
        "registryctl": _service("harbor-registryctl", tag, "registryctl", [
            f"{data}/registry:/storage:z", f"{CONFIG}/registry/:/etc/registry/:z",
            _file(f"{CONFIG}/registryctl/config.yml", "/etc/registryctl/config.yml"), _trust(),
        ], after=["log"], env="registryctl"),
        "postgresql": _service("harbor-db", tag, "harbor-db", [
            f"{data}/database:/var/lib/postgresql/data:z",
        ], adds=["CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID"], after=["log"], env="db")
        | {"shm_size": "1gb"},
    }


def _program_services(settings: Settings, tag: str) -> dict[str, dict]:
    data = settings.data_volume
    return {
        "core": _service("harbor-core", tag, "harbor-core", [
            f"{data}/ca_download/:/etc/core/ca/:z", f"{data}/:/data/:z",
            f"{CONFIG}/core/certificates/:/etc/core/certificates/:z",
            _file(f"{CONFIG}/core/app.conf", "/etc/core/app.conf"),
            _file(f"{data}/secret/core/private_key.pem", "/etc/core/private_key.pem"),
            _file(f"{data}/secret/keys/secretkey", "/etc/core/key"), _trust(),
        ], adds=["SETGID", "SETUID"], after=["log", "registry", "redis", "postgresql"],
            env="core"),
        "portal": _service("harbor-portal", tag, "harbor-portal", [
            _file(f"{CONFIG}/portal/nginx.conf", "/etc/nginx/nginx.conf"),
        ], adds=["CHOWN", "SETGID", "SETUID", "NET_BIND_SERVICE"], after=["log"]),
        "jobservice": _service("harbor-jobservice", tag, "harbor-jobservice", [
            f"{data}/job_logs:/var/log/jobs:z",
            _file(f"{CONFIG}/jobservice/config.yml", "/etc/jobservice/config.yml"), _trust(),
        ], after=["core"], env="jobservice"),
    }


def _proxy(settings: Settings, tag: str) -> dict:
    volumes = [f"{CONFIG}/nginx:/etc/nginx:z", _trust()]
    ports = [f"{settings.http_port}:8080"]
    if settings.https:
        volumes.insert(1, f"{settings.data_volume}/secret/cert:/etc/cert:z")
        ports.append(f"{settings.https['port']}:8443")
    return _service("nginx-photon", tag, "nginx", volumes,
                    adds=["CHOWN", "SETGID", "SETUID", "NET_BIND_SERVICE"],
                    after=["registry", "core", "portal", "log"]) | {"ports": ports}


def _service(image: str, tag: str, container: str, volumes: list, *, adds: list[str] | None = None,
             after: list[str] | None = None, env: str | None = None) -> dict:
    service: dict = {"image": f"goharbor/{image}:{tag}", "container_name": container}
    if env:
        service["env_file"] = [f"{CONFIG}/{env}/env"]
    service |= {"cap_add": adds or ["CHOWN", "SETGID", "SETUID"], "volumes": volumes}
    if after:
        service["depends_on"] = after
    return service


def _file(source: str, target: str) -> dict[str, str]:
    return {"type": "bind", "source": str(Path(source)) if source.startswith("/") else source,
            "target": target}


def _trust() -> dict[str, str]:
    return _file(f"{CONFIG}/shared/trust-certificates", "/harbor_cust_cert")
