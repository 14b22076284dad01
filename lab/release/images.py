"""The ten images: names, users, ports, health checks (harbor.md 1.2)."""

import re
from collections.abc import Callable
from dataclasses import replace

from lab.release.docker_save import Image
from lab.release.layers import Layer
from lab.release.recipe import add_file, add_programs

SECOND = 1_000_000_000
HARBOR_USER, CACHE_USER = "10000:10000", "999:999"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PYTHON = ["PYTHONPATH=/usr/src/app", "PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1"]
PROGRAM_LAYERS = ["database-client", "python"]
DATA = "/var/lib/postgresql/data"


def images(layers: dict[str, Layer], version: str) -> list[Image]:
    """All images of the release of this version, sharing the layers given."""
    named = Layer("versions")
    named.text("usr/src/app/versions",
               f"VERSION_TAG: {version}\nCACHE_IMAGE: {cache_image(version)}\n")
    layers = layers | {"versions": named}
    makers: list[Callable[[dict[str, Layer]], Image]] = [
        _prepare, _log, _nginx, _portal, _core, _jobservice, _registry, _registryctl, _database,
        _redis]
    names = {"cache": cache_image(version)}
    return [replace(image, name=f"goharbor/{names.get(image.name, image.name)}:{version}")
            for image in (make(layers) for make in makers)]


def cache_image(version: str) -> str:
    """Harbor's cache image has another name since 2.15.2 (harbor.md 1.2)."""
    numbers = tuple(int(n) for n in re.match(r"v(\d+)\.(\d+)\.(\d+)", version).groups())  # type: ignore[union-attr]
    return "valkey-photon" if numbers >= (2, 15, 2) else "redis-photon"


def _prepare(layers: dict[str, Layer]) -> Image:
    own = Layer("prepare")
    add_programs(own, "prepare")
    add_file(own, "usr/src/app/main.py", "prepare/main.py")
    return _image("prepare", layers, [*PROGRAM_LAYERS, "versions"], own, {
        "Entrypoint": ["python3", "main.py"], "WorkingDir": "/usr/src/app"}, env=PYTHON)


def _log(layers: dict[str, Layer]) -> Image:
    own = Layer("log")
    add_file(own, "usr/local/bin/start.sh", "log/start.sh", mode=0o755)
    add_file(own, "etc/rsyslog.conf", "log/rsyslog.conf")
    own.folder("run/rsyslog", uid=10000, gid=10000)
    own.folder("var/log/docker")
    own.folder("etc/rsyslog.d")
    return _image("harbor-log", layers, ["rsyslog"], own, {
        "Cmd": ["/usr/local/bin/start.sh"], "Volumes": {"/var/log/docker": {}},
        "ExposedPorts": {"10514/tcp": {}, "10514/udp": {}},
        "Healthcheck": _health("netstat -ltun | grep -q 10514")})


def _nginx(layers: dict[str, Layer]) -> Image:
    return _image("nginx-photon", layers, ["nginx"], Layer("proxy"), {
        "User": HARBOR_USER, "Cmd": _nginx_command(), "StopSignal": "SIGQUIT",
        "ExposedPorts": {"8080/tcp": {}, "8443/tcp": {}},
        # A plain answer, also the one that only redirects; busybox knows too little of TLS.
        "Healthcheck": _health("printf 'HEAD / HTTP/1.0\\r\\n\\r\\n' | "
                               "nc -w 5 127.0.0.1 8080 | grep -q HTTP")})


def _portal(layers: dict[str, Layer]) -> Image:
    own = Layer("portal")
    for name in ("index.html", "standin.css"):
        add_file(own, f"usr/share/nginx/html/{name}", f"portal/{name}")
    return _image("harbor-portal", layers, ["nginx"], own, {
        "User": HARBOR_USER, "Cmd": _nginx_command(), "StopSignal": "SIGQUIT",
        "ExposedPorts": {"8080/tcp": {}},
        "Healthcheck": _health("wget -q -O /dev/null http://127.0.0.1:8080")})


def _core(layers: dict[str, Layer]) -> Image:
    own = Layer("core")
    add_programs(own, "core")
    own.folder("etc/core", uid=10000, gid=10000)
    return _image("harbor-core", layers, [*PROGRAM_LAYERS, "versions"], own, {
        "User": HARBOR_USER, "Entrypoint": ["python3", "-m", "lab.release.standin.core"],
        "WorkingDir": "/harbor", "ExposedPorts": {"8080/tcp": {}},
        "Healthcheck": _health("wget -q -O /dev/null http://127.0.0.1:8080/api/v2.0/ping")},
        env=PYTHON)


def _jobservice(layers: dict[str, Layer]) -> Image:
    own = Layer("jobservice")
    add_programs(own, "jobservice")
    own.folder("var/log/jobs")
    return _image("harbor-jobservice", layers, PROGRAM_LAYERS, own, {
        "User": HARBOR_USER, "Entrypoint": ["python3", "-m", "lab.release.standin.jobservice"],
        "WorkingDir": "/harbor", "Volumes": {"/var/log/jobs": {}},
        "Healthcheck": _health("wget -q -O /dev/null http://127.0.0.1:8080/api/v1/stats")},
        env=PYTHON)


def _registry(layers: dict[str, Layer]) -> Image:
    own = Layer("registry-start")
    own.folder("storage")
    return _image("registry-photon", layers, ["registry"], own, {
        "User": HARBOR_USER, "ExposedPorts": {"5000/tcp": {}},
        "Volumes": {"/storage": {}},
        "Entrypoint": ["/usr/bin/docker-registry", "serve", "/etc/registry/config.yml"],
        "Healthcheck": _health("wget -q -O /dev/null http://127.0.0.1:5000/")})


def _registryctl(layers: dict[str, Layer]) -> Image:
    own = Layer("registryctl")
    add_programs(own, "registryctl")
    own.folder("storage")
    return _image("harbor-registryctl", layers, PROGRAM_LAYERS, own, {
        "User": HARBOR_USER, "Entrypoint": ["python3", "-m", "lab.release.standin.registryctl"],
        "WorkingDir": "/home/harbor", "Volumes": {"/storage": {}},
        "Healthcheck": _health("wget -q -O /dev/null http://127.0.0.1:8080/api/health")},
        env=PYTHON)


def _database(layers: dict[str, Layer]) -> Image:
    own = Layer("database")
    add_file(own, "docker-entrypoint.sh", "database/docker-entrypoint.sh", mode=0o755)
    add_file(own, "docker-healthcheck.sh", "database/healthcheck.sh", mode=0o755)
    add_file(own, "docker-entrypoint-initdb.d/initial-registry.sql",
             "database/initial-registry.sql")
    for name in ("psql", "pg_dump", "pg_dumpall", "pg_restore", "vacuumdb", "reindexdb"):
        own.link(f"usr/bin/{name}", f"../lib/postgresql/15/bin/{name}")
    own.folder("run/postgresql", mode=0o775, uid=999, gid=999)
    own.folder(DATA[1:], mode=0o777, uid=999, gid=999)
    return _image("harbor-db", layers, ["database-client", "postgres"], own, {
        "User": CACHE_USER, "Entrypoint": ["/docker-entrypoint.sh"], "Cmd": ["14", "15"],
        "ExposedPorts": {"5432/tcp": {}}, "Volumes": {DATA: {}},
        "StopSignal": "SIGINT", "Healthcheck": _health("/docker-healthcheck.sh")},
        env=[f"PGDATA={DATA}/pg15", "LANG=C.UTF-8"])


def _redis(layers: dict[str, Layer]) -> Image:
    own = Layer("cache")
    add_file(own, "etc/redis.conf", "redis/redis.conf")
    own.folder("var/lib/redis", uid=999, gid=999)
    return _image("cache", layers, ["redis"], own, {
        "User": CACHE_USER, "Cmd": ["redis-server", "/etc/redis.conf"],
        "WorkingDir": "/var/lib/redis", "Volumes": {"/var/lib/redis": {}},
        "ExposedPorts": {"6379/tcp": {}}, "Healthcheck": _health("redis-cli ping | grep -q PONG")})


def _image(name: str, layers: dict[str, Layer], shared: list[str], own: Layer,
           config: dict[str, object], env: list[str] | None = None) -> Image:
    stack = (layers["base"], *(layers[one] for one in shared), own)
    labels = {"org.opencontainers.image.title": f"Harbor stand-in: {name}",
              "org.opencontainers.image.description": "A stand-in for trials, not Harbor"}
    full = {"Env": [PATH, *(env or [])], "Labels": labels, **config}
    return Image(name=name, layers=stack, config=full)


def _nginx_command() -> list[str]:
    return ["nginx", "-e", "stderr", "-g", "daemon off;"]


def _health(command: str) -> dict[str, object]:
    """Every 30 s as Harbor's; while it starts, an engine that can looks every 2 s."""
    return {"Test": ["CMD-SHELL", command], "Interval": 30 * SECOND, "Timeout": 10 * SECOND,
            "Retries": 3, "StartPeriod": 30 * SECOND, "StartInterval": 2 * SECOND}
