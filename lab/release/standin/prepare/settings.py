"""Reads harbor.yml into the settings that the files are made of (harbor.md 2.1)."""

from dataclasses import dataclass
from pathlib import Path

import yaml

UNKNOWN = ("external_database", "external_redis", "storage_service", "internal_tls", "metric",
           "trace")
LOCAL_STORAGE = {"redirect", "filesystem", "ca_bundle"}
PLACEHOLDER_HOST = "reg.mydomain.com"


class RefusedConfiguration(Exception):
    """The configuration was read and is not acceptable."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The part of harbor.yml that the stand-in knows; a missing required key is a KeyError."""

    hostname: str
    http_port: int
    https: dict | None
    external_url: str
    admin_password: str
    database: dict
    data_volume: str
    redis: dict
    jobservice: dict
    log: dict
    purging: dict
    trusted: str | None = None

    @property
    def location(self) -> str:
        return self.log["local"]["location"]


def read_settings(path: Path, *, with_trivy: bool) -> Settings:
    """Parse and validate; RefusedConfiguration for values, KeyError for missing keys."""
    raw = yaml.safe_load(path.read_text())
    https = _https(raw.get("https"))
    settings = Settings(
        hostname=str(raw["hostname"]), http_port=(raw.get("http") or {}).get("port", 80),
        https=https, external_url=raw.get("external_url") or _public_url(raw, https),
        admin_password=raw["harbor_admin_password"], database=_database(raw),
        data_volume=raw["data_volume"], redis=_redis(raw), jobservice=_jobservice(raw),
        log=_log(raw["log"]), purging=_purging(raw.get("upload_purging") or {}),
        trusted=(raw.get("storage_service") or {}).get("ca_bundle"))
    _notification(raw["notification"])
    _validate(raw, settings, with_trivy)
    return settings


def _https(block: dict | None) -> dict | None:
    if block is None:
        print("WARNING:root:WARNING: HTTP protocol is insecure. Please use HTTPS")
        return None
    return {"port": block.get("port", 443), "certificate": block["certificate"],
            "private_key": block["private_key"]}


def _public_url(raw: dict, https: dict | None) -> str:
    scheme, standard = ("https", 443) if https else ("http", 80)
    port = https["port"] if https else (raw.get("http") or {}).get("port", 80)
    return f"{scheme}://{raw['hostname']}" + ("" if port == standard else f":{port}")


def _database(raw: dict) -> dict:
    block = raw.get("database") or {}
    return {"password": block.get("password") or "root123",
            "idle": block.get("max_idle_conns", 2), "open": block.get("max_open_conns", 0)}


def _redis(raw: dict) -> dict:
    block = raw.get("redis") or {}
    return {"registry": block.get("registry_db_index", 1),
            "jobservice": block.get("jobservice_db_index", 2),
            "harbor": block.get("harbor_db_index", 0)}


def _jobservice(raw: dict) -> dict:
    block = raw["jobservice"]
    return {"workers": block["max_job_workers"], "loggers": block["job_loggers"],
            "sweep_days": block["logger_sweeper_duration"]}


def _notification(block: dict) -> None:
    # Read because prepare stops with a KeyError when they are absent.
    _ = block["webhook_job_max_retry"], block["webhook_job_http_client_timeout"]


def _log(block: dict) -> dict:
    local = block["local"]
    return {"level": block["level"], "external": block.get("external_endpoint"),
            "local": {key: local[key] for key in ("location", "rotate_count", "rotate_size")}}


def _purging(block: dict) -> dict:
    return {"enabled": block.get("enabled", True), "age": block.get("age", "168h"),
            "interval": block.get("interval", "24h"), "dryrun": block.get("dryrun", False)}


def _validate(raw: dict, settings: Settings, with_trivy: bool) -> None:
    if settings.hostname in ("127.0.0.1", PLACEHOLDER_HOST):
        raise RefusedConfiguration(
            f"The hostname {settings.hostname} cannot be used: set a name that others can reach")
    if settings.https and settings.https["private_key"] == "/your/certificate/path":
        raise RefusedConfiguration("The path of the https certificate is still the placeholder")
    if with_trivy:
        raise RefusedConfiguration("The stand-in has no scanner: run prepare without --with-trivy")
    for key in UNKNOWN:
        block = raw.get(key) or {}
        harmless = key == "storage_service" and set(block) <= LOCAL_STORAGE
        if block and block.get("enabled", True) and not harmless:
            raise RefusedConfiguration(f"The stand-in does not know {key}: remove it")
    for key in ("age", "interval"):
        value = str(settings.purging[key])
        if not value.endswith("h") or not value[:-1].isdigit() or int(value[:-1]) < 2:
            raise RefusedConfiguration(f"upload_purging {key} must be hours, 2h or more: {value}")
