"""The certificate that nginx serves, changed so that no key ever lies beside another certificate.

Two folders hold it: what prepare reads (`certs` of the install folder) and nginx' own copy
(`harbor.md 1.6`). In both, `server.crt` and `server.key` become links through one link, `current`,
into a folder with one whole pair. Turning `current` is one rename(2): whoever reads then, also
after a crash, finds the one pair or the other. prepare follows such links and leaves plain files
again; `link_pairs` makes them links anew, without a moment in between.
"""

from harbor.prepare import HARBOR_UID, Script
from harbor.types import Layout
from lib.archives import File

SERVED = "secret/cert"
_TURN = """\
import hashlib, os, shutil, sys
NAMES = ('server.crt', 'server.key')
def turn(pair):
    if not all(os.path.isfile(f'{pair}/{name}') for name in NAMES):
        sys.exit(f'{os.getcwd()} holds no pair {pair}')
    os.sync()
    if os.path.lexists('next'):
        os.remove('next')
    os.symlink(pair, 'next')
    os.replace('next', 'current')
"""
# What is there is copied to a folder of its own, complete before it gets its name.
_LINK = _TURN + """\
def copy_aside():
    with open('server.crt', 'rb') as file:
        pair = 'former-' + hashlib.sha256(file.read()).hexdigest()[:16]
    if not os.path.isdir(pair):
        shutil.rmtree('copying', ignore_errors=True)
        os.mkdir('copying')
        for name in NAMES:
            shutil.copy2(name, f'copying/{name}')
            owner = os.stat(name)
            os.chown(f'copying/{name}', owner.st_uid, owner.st_gid)
        os.rename('copying', pair)
    return pair
for folder in ('/certs', '/served'):
    os.chdir(folder)
    if not all(os.path.islink(name) for name in NAMES):
        turn(copy_aside())
        for name in NAMES:
            if os.path.lexists(name + '.link'):
                os.remove(name + '.link')
            os.symlink('current/' + name, name + '.link')
            os.replace(name + '.link', name)
    print(os.readlink('current'))
"""
_TURN_BOTH = _TURN + """\
for folder, pair in zip(('/certs', '/served'), sys.argv[1:]):
    os.chdir(folder)
    turn(pair)
"""
_TIDY = """\
import os, shutil
for folder in ('/certs', '/served'):
    os.chdir(folder)
    for name in os.listdir('.'):
        if name.startswith(('pair-', 'former-', 'copying')) and name != os.readlink('current'):
            shutil.rmtree(name)
"""


def pair_name(fingerprint: str) -> str:
    """The folder of the pair whose certificate has this fingerprint."""
    return f"pair-{fingerprint[:16]}"


def pair_files(name: str, *, chain_pem: str, key_pem: str, uid: int = 0) -> dict[str, File]:
    """A whole pair as files, for either folder."""
    return {
        f"{name}/server.crt": File(chain_pem.encode(), mode=0o600, uid=uid, gid=uid),
        f"{name}/server.key": File(key_pem.encode(), mode=0o600, uid=uid, gid=uid),
    }


def places(layout: Layout) -> dict[str, int]:
    """folder → owner of the pairs in it: prepare's source and nginx' copy."""
    return {layout.certs: 0, f"{layout.data}/{SERVED}": HARBOR_UID}


def link_pairs(layout: Layout) -> Script:
    """Make both folders follow their `current`; prints what it leads to, prepare's source first."""
    return Script(program=_LINK, binds=_binds(layout))


def turn_pairs(layout: Layout, pairs: tuple[str, str]) -> Script:
    """Let prepare's source and nginx' copy lead to these pairs."""
    return Script(program=_TURN_BOTH, binds=_binds(layout), arguments=pairs)


def remove_other_pairs(layout: Layout) -> Script:
    """Delete every pair that is not the current one."""
    return Script(program=_TIDY, binds=_binds(layout))


def replace_trust(folder: str, registry_host: str) -> Script:
    """Let the sent `ca.new` take the place of `ca.crt` at once: the engine reads at each request.

    It takes only names that end with .crt for authorities (`harbor.md 5.15`).
    """
    return Script(
        program=(
            "import os, sys\n"
            "os.chdir('/trust/' + sys.argv[1])\n"
            "os.replace('ca.new', 'ca.crt')\n"
        ),
        binds=[f"{folder}:/trust"],
        arguments=(registry_host,),
    )


def _binds(layout: Layout) -> list[str]:
    return [f"{layout.certs}:/certs", f"{layout.data}/{SERVED}:/served"]
