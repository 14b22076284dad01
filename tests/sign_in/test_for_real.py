"""A real OpenLDAP and a real OpenID provider sign people in.

The console runs with both extras in an environment of its own, made once and kept in the cache.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from lab.prism.trust import Authority
from tests.environment import callers_environment
from tests.sign_in.directory_server import (
    BASE,
    MANAGER,
    MANAGERS_PASSWORD,
    DirectoryServer,
    free_port,
)

pytestmark = pytest.mark.full
HERE = Path(__file__).parent
ROOT = HERE.parent.parent


@pytest.fixture(scope="session")
def python() -> str:
    """The interpreter of the environment with both extras."""
    cache = Path(os.environ.get("SLIPWAY_CACHE") or Path.home() / ".cache/slipway")
    lists = [HERE / "requirements.txt", *sorted(ROOT.glob("requirements*.txt"))]
    text = b"".join(file.read_bytes() for file in lists) + sys.version.encode()
    home = cache / f"sign-in-{hashlib.sha256(text).hexdigest()[:12]}"
    cache.mkdir(parents=True, exist_ok=True)
    with open(f"{home}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests side by side make it once
        if not (home / "complete").exists():
            venv.create(home, with_pip=True, clear=True)
            subprocess.run(
                [home / "bin/python", "-m", "pip", "install", "-qq", "-r", lists[0]], check=True,
                env=callers_environment(),
            )
            (home / "complete").touch()
    return str(home / "bin/python")


def play(python: str, story: str, tmp_path: Path, **settings: str) -> None:
    """Run the tests of one story in the other environment."""
    known = {k: v for k, v in os.environ.items() if not k.startswith(("LDAP_", "OIDC_", "PYTEST_"))}
    played = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:xdist", str(HERE / story)], cwd=ROOT,
        env=known | settings | {"SLIPWAY_DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": ""},
        capture_output=True, text=True, timeout=300, check=False,
    )
    assert played.returncode == 0, (played.stdout + played.stderr)[-6000:]
    assert " passed" in played.stdout


@pytest.mark.skipif(
    not (shutil.which("slapd") or Path("/usr/sbin/slapd").exists()),
    reason="slapd is missing: apt-get install slapd ldap-utils libldap-dev libsasl2-dev",
)
def test_a_directory_signs_people_in(python, tmp_path):
    authority, other = Authority(), Authority()
    served = authority.identity_for(["localhost"], ["127.0.0.1"])
    for name, each in (("ca.pem", authority), ("other.pem", other)):
        (tmp_path / name).write_text(each.pem)
    with DirectoryServer(tmp_path / "slapd", served.certificate_pem, served.key_pem) as directory:
        play(
            python, "story_directory.py", tmp_path,
            LDAP_URL=directory.url, LDAP_CA_FILE=str(tmp_path / "ca.pem"),
            LDAP_BIND_DN=MANAGER, LDAP_BIND_PASSWORD=MANAGERS_PASSWORD,
            LDAP_USER_BASE=f"ou=people,{BASE}", LDAP_GROUP_BASE=f"ou=groups,{BASE}",
            LDAP_GROUPS="payments=team payments; registry-ops=Slipway ops; gone=team web",
            OTHER_CA_FILE=str(tmp_path / "other.pem"),
        )


def test_a_provider_signs_people_in(python, tmp_path):
    authority = Authority()
    served = authority.identity_for(["localhost"], ["127.0.0.1"])
    (tmp_path / "ca.pem").write_text(authority.pem)
    (tmp_path / "other.pem").write_text(Authority().pem)
    (tmp_path / "server.pem").write_text(served.certificate_pem)
    (tmp_path / "server.key").write_text(served.key_pem)
    play(
        python, "story_provider.py", tmp_path,
        OIDC_ISSUER=f"https://localhost:{free_port()}", OIDC_CA_FILE=str(tmp_path / "ca.pem"),
        OIDC_CLIENT_ID="slipway", OIDC_CLIENT_SECRET="client-secret", OIDC_NAME="Example",
        OIDC_GROUPS="payments=team payments; registry-ops=Slipway ops", SERVER=str(tmp_path),
    )
