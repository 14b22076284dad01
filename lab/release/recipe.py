"""What the layers of the images are made of: Debian packages, files of theirs, programs of ours."""

from pathlib import Path

from lab.release.layers import OPEN_FOLDERS, Layer
from lab.release.tree import Tree

SUITE = "bookworm"
PACKAGES = [
    "busybox-static", "docker-registry", "logrotate", "nginx-light", "openssl", "postgresql-15",
    "postgresql-client-15", "python3", "python3-cryptography", "python3-psycopg2", "python3-yaml",
    "redis-server", "redis-tools", "rsyslog",
]
# In the closure of a package, in no image: not even unpacked.
UNUSED = ("libllvm", "libz3", "perl", "libperl", "adduser", "dpkg_", "locales", "iproute2",
          "libc-l10n", "gcc-", "sensible-utils", "ucf", "postgresql-common",
          "postgresql-client-common", "libjson-perl", "libfile-find", "libtext-glob",
          "libnumber-compare", "passwd", "debconf", "usrmerge", "tar_", "sysvinit")
HERE = Path(__file__).parent
APP = "usr/src/app"
PYTHON = "usr/lib/python3.11"
SHARED_LIBRARIES = [f"usr/lib/x86_64-linux-gnu/{name}" for name in (
    "libc.so.6", "libm.so.6", "libcrypto.so.3", "libssl.so.3", "libz.so.1", "libcrypt.so.1",
    "libgcc_s.so.1", "libzstd.so.1", "liblz4.so.1", "liblzma.so.5", "libgcrypt.so.20",
    "libsystemd.so.0")]
PYTHON_UNUSED = [f"{PYTHON}/{name}*" for name in (
    "test", "pydoc_data", "unittest", "idlelib", "lib2to3", "ensurepip", "tkinter", "turtle",
    "config-3.11", "lib-dynload/_codecs_", "lib-dynload/_test", "lib-dynload/_ctypes_test",
    "distutils", "venv", "curses", "lib-dynload/_curses", "xml", "wsgiref", "dbm",
    "lib-dynload/_dbm", "sqlite3", "lib-dynload/_sqlite3")] + ["*.pyi", "*.egg-info*"]
POSTGRES = "usr/lib/postgresql/15"
POSTGRES_PROGRAMS = ("postgres", "initdb", "pg_ctl", "psql", "pg_dump", "pg_dumpall", "pg_restore",
                     "pg_isready", "pg_controldata", "vacuumdb", "reindexdb", "createdb", "dropdb")
RSYSLOG = "usr/lib/x86_64-linux-gnu/rsyslog"
APPLETS = """sh ash awk basename cat chmod chown cp cut date dd df dirname du echo env expr false
    find grep gzip head hostname id ip kill ln ls mkdir mv nc netstat nslookup ping printf ps
    pwd readlink rm rmdir sed seq sleep sort stat su tail tar tee test top touch tr true
    uname vi wc wget which whoami xargs"""
USERS = {"root": 0, "nobody": 65534, "harbor": 10000, "postgres": 999}


def layers(tree: Tree) -> dict[str, Layer]:
    """The shared and the single layers by name, none holding a file of the ones below it."""
    base = _base(tree)
    database_client = tree.layer("database-client", ["usr/lib/x86_64-linux-gnu/libpq.so.5"])
    database_client = database_client.without(base)
    python = tree.layer("python", [
        "usr/bin/python3", "usr/bin/python3.11", PYTHON, "usr/lib/python3/dist-packages/*",
        "usr/bin/openssl", "usr/lib/ssl/*", "etc/ssl/openssl.cnf",
        "usr/lib/x86_64-linux-gnu/ossl-modules/legacy.so"], skip=PYTHON_UNUSED)
    single = {
        "nginx": tree.layer("nginx", ["usr/sbin/nginx", "etc/nginx/mime.types"]),
        "registry": tree.layer("registry", ["usr/bin/docker-registry"]),
        "redis": tree.layer("redis", ["usr/bin/redis-server", "usr/bin/redis-check-rdb",
                                      "usr/bin/redis-cli"]),
        "rsyslog": tree.layer("rsyslog", ["usr/sbin/rsyslogd", "usr/sbin/logrotate", *(
            f"{RSYSLOG}/{name}" for name in ("im[tu]*p.so", "lm*.so", "fmhash.so"))]),
        "postgres": tree.layer("postgres", [
            *(f"{POSTGRES}/bin/{name}" for name in POSTGRES_PROGRAMS), f"{POSTGRES}/lib/*.so",
            "usr/share/postgresql/15"],
            skip=[f"{POSTGRES}/lib/llvmjit*", "usr/share/postgresql/15/man/*"]),
    }
    lower = {"base": base, "database-client": database_client}
    upper = {"python": python.without(database_client), **single,
             "postgres": single["postgres"].without(database_client)}
    return lower | {name: layer.without(base) for name, layer in upper.items()}


def _base(tree: Tree) -> Layer:
    """The C library, a shell, users, the folders that every program expects."""
    layer = tree.layer("base", ["usr/bin/busybox", *SHARED_LIBRARIES, "usr/lib/locale/C.utf8",
                                "usr/share/zoneinfo/Etc/UTC",
                                "usr/share/zoneinfo/UTC", "etc/services", "etc/protocols"])
    for applet in APPLETS.split():
        layer.link(f"usr/bin/{applet}", "busybox")
    for name in ("bin", "sbin", "lib", "lib64"):
        layer.link(name, f"usr/{name}")
    layer.link("var/run", "/run")
    layer.text("etc/passwd", "".join(
        f"{name}:x:{uid}:{uid}:{name}:/:/bin/sh\n" for name, uid in USERS.items()))
    layer.text("etc/group", "".join(f"{name}:x:{uid}:\n" for name, uid in USERS.items()))
    layer.text("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
    layer.text("etc/debian_version", "12\n")
    for folder in OPEN_FOLDERS:
        layer.folder(folder, mode=0o1777)
    for folder in ("var/log", "usr/local/bin", "harbor_cust_cert", "root", "usr/sbin"):
        layer.folder(folder)
    return layer


def add_programs(layer: Layer, *packages: str) -> None:
    """Put our programs' packages and what they share below /usr/src/app."""
    for package in ("wire", *packages):
        for source in sorted((HERE / "standin" / package).rglob("*")):
            if source.is_file() and "__pycache__" not in source.parts:
                name = source.relative_to(HERE / "standin")
                layer.text(f"{APP}/lab/release/standin/{name}", source.read_text())
    for name in ("lab", "lab/release"):
        layer.text(f"{APP}/{name}/__init__.py", "")
    layer.text(f"{APP}/lab/release/standin/__init__.py",
               (HERE / "standin/__init__.py").read_text())


def add_file(layer: Layer, target: str, name: str, *, mode: int = 0o644) -> None:
    layer.text(target, (HERE / "files" / name).read_text(), mode=mode)
