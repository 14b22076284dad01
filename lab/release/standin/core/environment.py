"""What the environment of the container says (the env file that prepare wrote)."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import yaml


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Addresses, secrets and settings of this core."""

    external_url: str
    admin_password: str
    database: dict[str, str]
    redis: str
    registry: str
    registry_username: str
    registry_password: str
    registryctl: str
    jobservice: str
    portal: str
    core: str
    core_secret: str
    jobservice_secret: str
    csrf_key: str
    image_store: Path = Path("/data")
    signing_key: Path = Path("/etc/core/private_key.pem")
    secret_key: Path = Path("/etc/core/key")
    authority: Path = Path("/etc/core/ca/ca.crt")
    window_hours: float = 2
    overwritten: dict[str, object] = field(default_factory=dict)
    version: str = "standin"


def read_environment() -> Environment:
    """KeyError names the variable that is missing."""
    found = os.environ
    return Environment(
        external_url=found["EXT_ENDPOINT"], admin_password=found["HARBOR_ADMIN_PASSWORD"],
        database={"host": found["POSTGRESQL_HOST"], "port": found["POSTGRESQL_PORT"],
                  "user": found["POSTGRESQL_USERNAME"], "password": found["POSTGRESQL_PASSWORD"],
                  "dbname": found["POSTGRESQL_DATABASE"]},
        redis=found["_REDIS_URL_CORE"], registry=found["REGISTRY_URL"],
        registry_username=found["REGISTRY_CREDENTIAL_USERNAME"],
        registry_password=found["REGISTRY_CREDENTIAL_PASSWORD"],
        registryctl=found["REGISTRY_CONTROLLER_URL"], jobservice=found["JOBSERVICE_URL"],
        portal=found["PORTAL_URL"], core=found["CORE_URL"], core_secret=found["CORE_SECRET"],
        jobservice_secret=found["JOBSERVICE_SECRET"], csrf_key=found["CSRF_KEY"],
        image_store=Path(found.get("IMAGE_STORE_PATH", "/data")),
        window_hours=float(found.get("GC_TIME_WINDOW_HOURS", "2")),
        overwritten=json.loads(found.get("CONFIG_OVERWRITE_JSON") or "{}"),
        version=yaml.safe_load(Path("/usr/src/app/versions").read_text())["VERSION_TAG"])
