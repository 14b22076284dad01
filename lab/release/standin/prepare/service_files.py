"""Configuration files of portal, log, nginx, registry, registryctl and jobservice."""

import shutil
from pathlib import Path

import yaml

from .folders import HARBOR, make_empty, make_folder, own, write_file
from .nginx_config import nginx_config, portal_config
from .places import Places
from .secrets import RunSecrets, htpasswd_line
from .settings import Settings


def write_portal(places: Places) -> None:
    write_file(places.config / "portal/nginx.conf", portal_config())


def write_log(places: Places, settings: Settings) -> None:
    local = settings.log["local"]
    write_file(places.config / "log/logrotate.conf",
               f"/var/log/docker/*.log {{\n  rotate {local['rotate_count']}\n"
               f"  size {local['rotate_size']}\n  copytruncate\n  compress\n  missingok\n"
               "  nodateext\n}\n")
    write_file(places.config / "log/rsyslog_docker.conf", _rsyslog(settings.log["external"]))


def write_nginx(places: Places, settings: Settings) -> None:
    """The certificate is copied from the paths of harbor.yml; the old copy is deleted first."""
    make_folder(places.config / "nginx/conf.d", owner=HARBOR)
    make_folder(places.config / "shared/trust-certificates")
    trusted = places.config / "shared/trust-certificates"
    make_empty(trusted)
    if settings.trusted:
        shutil.copyfile(places.on_host(settings.trusted), trusted / "storage_ca_bundle.crt")
    if settings.https:
        target = places.data / "secret/cert"
        make_empty(target)
        own(target, HARBOR)
        for key, name in (("private_key", "server.key"), ("certificate", "server.crt")):
            _copy_secret(places.on_host(settings.https[key]), target / name)
    write_file(places.config / "nginx/nginx.conf", nginx_config(settings))


def write_registry(places: Places, settings: Settings, generated: RunSecrets) -> None:
    write_file(places.config / "registry/config.yml", _yaml(_registry(settings)))
    write_file(places.config / "registry/passwd", htpasswd_line(generated.registry_password),
               mode=0o644, owner=0)


def write_registryctl(places: Places, settings: Settings) -> None:
    write_file(places.config / "registryctl/config.yml", _yaml({
        "protocol": "http", "port": 8080, "log_level": settings.log["level"],
        "registry_config": "/etc/registry/config.yml"}))


def write_jobservice(places: Places, settings: Settings) -> None:
    job = settings.jobservice
    redis = f"redis://redis:6379/{settings.redis['jobservice']}?idle_timeout_seconds=30"
    loggers = [{"name": name, "level": settings.log["level"].upper()} for name in job["loggers"]]
    write_file(places.config / "jobservice/config.yml", _yaml({
        "protocol": "http", "port": 8080,
        "worker_pool": {"workers": job["workers"], "backend": "redis", "redis_pool": {
            "redis_url": redis, "namespace": "harbor_job_service_namespace"}},
        "job_loggers": loggers,
        "job_logs": {"base_dir": "/var/log/jobs", "sweep_days": job["sweep_days"]}}))


def _copy_secret(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    target.chmod(0o600)
    own(target, HARBOR)


def _rsyslog(external: dict | None) -> str:
    text = ('template(name="by_service" type="string" string="/var/log/docker/'
            '%programname:::secpath-replace%.log")\n'
            'if $programname != "rsyslogd" then {\n'
            '  action(type="omfile" dynaFile="by_service" fileCreateMode="0640"\n'
            '         dirCreateMode="0755")\n')
    if external:
        text += (f'  action(type="omfwd" Target="{external["host"]}" Port="{external["port"]}"\n'
                 f'         Protocol="{external["protocol"]}")\n')
    return text + "  stop\n}\n"


def _registry(settings: Settings) -> dict:
    purging = settings.purging
    return {
        "version": "0.1",
        "log": {"level": settings.log["level"], "fields": {"service": "registry"}},
        "storage": {
            "cache": {"layerinfo": "redis"},
            "filesystem": {"rootdirectory": "/storage"},
            "maintenance": {"uploadpurging": {
                "enabled": purging["enabled"], "age": purging["age"],
                "interval": purging["interval"], "dryrun": purging["dryrun"]}},
            "delete": {"enabled": True}},
        "redis": {"addr": "redis:6379", "db": settings.redis["registry"], "readtimeout": "10s",
                  "writetimeout": "10s", "dialtimeout": "10s",
                  "pool": {"maxidle": 100, "maxactive": 500, "idletimeout": "60s"}},
        "http": {"addr": ":5000", "secret": "placeholder", "debug": {"addr": "localhost:5001"}},
        "auth": {"htpasswd": {"realm": "harbor-registry-basic-realm",
                              "path": "/etc/registry/passwd"}},
        "validation": {"disabled": True},
    }


def _yaml(value: dict) -> str:
    return yaml.safe_dump(value, sort_keys=False)
