"""A real OpenLDAP on a loopback port, with TLS, people and groups."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

BASE = "dc=example,dc=com"
MANAGER, MANAGERS_PASSWORD = f"cn=manager,{BASE}", "manager-secret"
PASSWORDS = {"ada": "ada-secret", "bob": "bob-secret", "o*(b)": "star-secret", "root": "ldap-root"}
_CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {home}/slapd.pid
TLSCertificateFile {home}/server.pem
TLSCertificateKeyFile {home}/server.key
disallow bind_anon
require authc
database mdb
suffix "{base}"
rootdn "{manager}"
rootpw {password}
directory {home}/db
"""


class DirectoryServer:
    """slapd in the foreground; `url` speaks TLS from the start."""

    def __init__(self, home: Path, certificate: str, key: str) -> None:
        self._home = home
        (home / "db").mkdir(parents=True)
        (home / "server.pem").write_text(certificate)
        (home / "server.key").write_text(key)
        (home / "slapd.conf").write_text(_CONFIGURATION.format(
            home=home, base=BASE, manager=MANAGER, password=MANAGERS_PASSWORD
        ))
        self.url = f"ldaps://127.0.0.1:{free_port()}"

    def __enter__(self) -> "DirectoryServer":
        program = shutil.which("slapd") or "/usr/sbin/slapd"
        with (self._home / "slapd.log").open("w") as log:
            self._process = subprocess.Popen(
                [program, "-d", "0", "-f", self._home / "slapd.conf", "-h", self.url], stderr=log
            )
        self._wait()
        self._load()
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.terminate()
        self._process.wait(20)

    def _wait(self) -> None:
        port = int(self.url.rpartition(":")[2])
        for _ in range(200):
            assert self._process.poll() is None, (self._home / "slapd.log").read_text()
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("slapd does not listen.")

    def _load(self) -> None:
        entries = [
            f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: E",
            *(f"dn: ou={unit},{BASE}\nobjectClass: organizationalUnit\nou: {unit}"
              for unit in ("people", "groups")),
            *(_person(name, password) for name, password in PASSWORDS.items()),
            _group("payments", "ada"), _group("registry-ops", "ada"),
            _group("domain-admins", "ada", "root"),
        ]
        loaded = subprocess.run(
            ["ldapadd", "-x", "-H", self.url, "-D", MANAGER, "-w", MANAGERS_PASSWORD],
            input="\n\n".join(entries), text=True, capture_output=True,
            env={"LDAPTLS_REQCERT": "never", "PATH": "/usr/bin:/bin"}, check=False,
        )
        assert loaded.returncode == 0, loaded.stderr


def _person(name: str, password: str) -> str:
    return (
        f"dn: uid={name},ou=people,{BASE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\n"
        f"givenName: {name.title()}\nsn: Example\nmail: {name.strip('*()')}@example.com\n"
        f"userPassword: {password}"
    )


def _group(name: str, *people: str) -> str:
    members = "\n".join(f"member: uid={person},ou=people,{BASE}" for person in people)
    return f"dn: cn={name},ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: {name}\n{members}"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
