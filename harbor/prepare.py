"""How Harbor's `prepare` image is called on the host, and the copies that undo a failed call.

`prepare` deletes configuration and certificates before it validates (`harbor.md 1.6`), so every
real call follows a call against scratch folders and a copy of what is there.
"""

from dataclasses import dataclass

from harbor.types import Layout

COMMAND = ["prepare"]
SECRETS = {
    "secretkey": "secret/keys/secretkey",
    "private_key_pem": "secret/core/private_key.pem",
    "root_crt": "secret/registry/root.crt",
}
# Harbor's processes run as this user (`harbor.md 1.2`).
HARBOR_UID = 10000


@dataclass(frozen=True, kw_only=True)
class Script:
    """A call of the prepare image with a Python program instead of `prepare`."""

    program: str
    binds: list[str]
    arguments: tuple[str, ...] = ()

    @property
    def command(self) -> list[str]:
        return ["-c", self.program, *self.arguments]


ENTRYPOINT = ["python3"]


def scratch_folder(layout: Layout) -> str:
    """Where a trial run writes; removed afterwards, for it holds passwords."""
    return f"{layout.install}/.scratch"


def real_binds(layout: Layout) -> list[str]:
    """What `prepare` sees when it works for real (`harbor.md 1.7`)."""
    return [
        f"{layout.install}/input:/input",
        f"{layout.data}:/data",
        f"{layout.install}:/compose_location",
        f"{layout.install}/common/config:/config",
        _certificates(layout),
    ]


def trial_binds(layout: Layout) -> list[str]:
    """The same call with every written folder replaced by a scratch folder."""
    scratch = scratch_folder(layout)
    return [
        f"{layout.install}/input:/input",
        f"{scratch}/data:/data",
        f"{scratch}/compose:/compose_location",
        f"{scratch}/config:/config",
        _certificates(layout),
    ]


def remove_scratch(layout: Layout) -> Script:
    """Delete the scratch folder, the input with the passwords, and copies no longer needed."""
    return Script(
        program=(
            "import shutil\n"
            "for name in ('.scratch', 'input', '.before'):\n"
            "    shutil.rmtree('/install/' + name, ignore_errors=True)\n"
        ),
        binds=[f"{layout.install}:/install"],
    )


def keep_copies(layout: Layout) -> Script:
    """Copy configuration and served certificate aside, owners and modes included."""
    return Script(
        program=(
            "import os, tarfile\n"
            "os.makedirs('/install/.before', 0o700, exist_ok=True)\n"
            "for name, folder in (('config', '/install/common/config'), "
            "('cert', '/data/secret/cert')):\n"
            "    with tarfile.open(f'/install/.before/{name}.tar', 'w') as tar:\n"
            "        if os.path.isdir(folder):\n"
            "            tar.add(folder, arcname='.')\n"
        ),
        binds=[f"{layout.install}:/install", f"{layout.data}:/data"],
    )


def put_copies_back(layout: Layout) -> Script:
    """Undo a real call that failed: what it deleted is there again."""
    return Script(
        program=(
            "import os, tarfile\n"
            "for name, folder in (('config', '/install/common/config'), "
            "('cert', '/data/secret/cert')):\n"
            "    copy = f'/install/.before/{name}.tar'\n"
            "    if os.path.exists(copy):\n"
            "        with tarfile.open(copy) as tar:\n"
            "            if tar.getnames():\n"
            "                os.makedirs(folder, exist_ok=True)\n"
            "                tar.extractall(folder, numeric_owner=True)\n"
        ),
        binds=[f"{layout.install}:/install", f"{layout.data}:/data"],
    )


def missing_sources(layout: Layout, paths: list[str]) -> Script:
    """Print each of `paths` that is not on the host.

    The engine makes a *folder* of a missing file and the container fails later (`harbor.md 1.8`).
    """
    return Script(
        program=(
            "import os, sys\n"
            "for path in sys.argv[1:]:\n"
            "    if not os.path.exists('/host' + path):\n"
            "        print(path)\n"
        ),
        binds=[
            f"{layout.install}:/host{layout.install}:ro",
            f"{layout.data}:/host{layout.data}:ro",
            f"{layout.logs}:/host{layout.logs}:ro",
        ],
        arguments=tuple(paths),
    )


def remove_installation(layout: Layout, registry_host: str) -> Script:
    """Delete what Slipway put on the host: install folder, data folder, trust for the name."""
    return Script(
        program=(
            "import os, shutil, sys\n"
            "for folder in ('/install', '/data', '/logs'):\n"
            "    for name in os.listdir(folder):\n"
            "        path = os.path.join(folder, name)\n"
            "        if os.path.isdir(path) and not os.path.islink(path):\n"
            "            shutil.rmtree(path)\n"
            "        else:\n"
            "            os.remove(path)\n"
            "shutil.rmtree('/trust/' + sys.argv[1], ignore_errors=True)\n"
        ),
        binds=[
            f"{layout.install}:/install", f"{layout.data}:/data", f"{layout.logs}:/logs",
            "/etc/docker/certs.d:/trust",
        ],
        arguments=(registry_host,),
    )


def _certificates(layout: Layout) -> str:
    # prepare looks for host path p at /hostfs + p; mounting just this folder needs no privilege.
    return f"{layout.certs}:/hostfs{layout.certs}:ro"
