"""The env files that compose reads for core, registryctl, the database and jobservice."""

from .folders import HARBOR, make_folder, write_file
from .places import Places
from .secrets import REGISTRY_USER, RunSecrets
from .settings import Settings

INTERNAL_HOSTS = ("core,registry,registryctl,postgresql,jobservice,portal,redis,proxy,log,"
                  "127.0.0.1,localhost,.local,.internal")


def write_core(places: Places, settings: Settings, generated: RunSecrets) -> None:
    make_folder(places.config / "core/certificates", owner=HARBOR)
    write_file(places.config / "core/app.conf",
               "appname = Harbor stand-in\nrunmode = prod\nhttpport = 8080\n")
    _write(places, "core", {
        "CONFIG_PATH": "/etc/core/app.conf",
        "EXT_ENDPOINT": settings.external_url,
        "HARBOR_ADMIN_PASSWORD": settings.admin_password,
        "LOG_LEVEL": settings.log["level"],
        **_stores(settings),
        "CORE_SECRET": generated.core,
        "JOBSERVICE_SECRET": generated.jobservice,
        "CSRF_KEY": generated.csrf,
        "ROBOT_SCANNER_NAME_PREFIX": generated.scanner_prefix,
        "REGISTRY_CREDENTIAL_USERNAME": REGISTRY_USER,
        "REGISTRY_CREDENTIAL_PASSWORD": generated.registry_password,
        "REGISTRY_STORAGE_PROVIDER_NAME": "filesystem",
        "MAX_JOB_WORKERS": settings.jobservice["workers"],
        "WITH_TRIVY": "False",
        "PORT": 8080,
        **_addresses(),
        "NO_PROXY": INTERNAL_HOSTS,
    })


def _stores(settings: Settings) -> dict[str, object]:
    redis = settings.redis
    return {
        "DATABASE_TYPE": "postgresql",
        "POSTGRESQL_HOST": "postgresql",
        "POSTGRESQL_PORT": 5432,
        "POSTGRESQL_USERNAME": "postgres",
        "POSTGRESQL_PASSWORD": settings.database["password"],
        "POSTGRESQL_DATABASE": "registry",
        "POSTGRESQL_SSLMODE": "disable",
        "POSTGRESQL_MAX_IDLE_CONNS": settings.database["idle"],
        "POSTGRESQL_MAX_OPEN_CONNS": settings.database["open"],
        "_REDIS_URL_CORE": f"redis://redis:6379/{redis['harbor']}?idle_timeout_seconds=30",
        "_REDIS_URL_REG": f"redis://redis:6379/{redis['registry']}?idle_timeout_seconds=30",
        "_REDIS_URL_JOB": f"redis://redis:6379/{redis['jobservice']}?idle_timeout_seconds=30",
    }


def write_registryctl(places: Places, settings: Settings, generated: RunSecrets) -> None:
    _write(places, "registryctl", {
        "CORE_SECRET": generated.core, "JOBSERVICE_SECRET": generated.jobservice,
        "REGISTRY_HTTP_SECRET": generated.csrf, "LOG_LEVEL": settings.log["level"]})


def write_database(places: Places, settings: Settings) -> None:
    _write(places, "db", {"POSTGRES_PASSWORD": settings.database["password"]})


def write_jobservice(places: Places, settings: Settings, generated: RunSecrets) -> None:
    _write(places, "jobservice", {
        "CORE_SECRET": generated.core, "JOBSERVICE_SECRET": generated.jobservice,
        "REGISTRY_CREDENTIAL_USERNAME": REGISTRY_USER,
        "REGISTRY_CREDENTIAL_PASSWORD": generated.registry_password,
        "LOG_LEVEL": settings.log["level"],
        "JOBSERVICE_WEBHOOK_JOB_MAX_RETRY": 3,
        "_REDIS_URL_REG": f"redis://redis:6379/{settings.redis['registry']}",
        **_addresses(),
        "NO_PROXY": INTERNAL_HOSTS,
    })


def _addresses() -> dict[str, str]:
    return {
        "CORE_URL": "http://core:8080",
        "CORE_LOCAL_URL": "http://127.0.0.1:8080",
        "JOBSERVICE_URL": "http://jobservice:8080",
        "PORTAL_URL": "http://portal:8080",
        "REGISTRY_URL": "http://registry:5000",
        "REGISTRY_CONTROLLER_URL": "http://registryctl:8080",
        "TOKEN_SERVICE_URL": "http://core:8080/service/token",
    }


def _write(places: Places, service: str, values: dict[str, object]) -> None:
    # Values stand unquoted, as Harbor writes them: compose expands `$` and cuts at ` #`.
    text = "".join(f"{key}={value}\n" for key, value in values.items())
    write_file(places.config / service / "env", text, mode=0o640, owner=0)
