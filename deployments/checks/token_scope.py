"""The token service gives the administrator what was asked for, and a stranger nothing."""

from deployments.clients import open_registry, trust_file
from deployments.configuration import WRITE_ANEW
from deployments.selftest import PROJECT, ensure_test_project
from harbor.registry import RegistryError
from operations.errors import CheckFailed
from operations.run import Run

_BOTH = ("pull", "push")


def check_token_scope(run: Run) -> str:
    """Realm at our own address; pull and push for us; no access for nobody."""
    ensure_test_project(run)
    instance, repository = run.subject, f"{PROJECT}/scope"
    with open_registry(instance, trust_file(run)) as client:
        realm, service = client.realm()
        if not realm.startswith(f"{instance.url}/"):
            raise CheckFailed(
                f"Docker clients are sent to {realm} for their token, not to {instance.url}.",
                advice="Check every proxy in front of Harbor: it must pass the Host header on. For "
                       f"Harbor's own: {WRITE_ANEW}.",
            )
        ours = client.token(repository, _BOTH).actions.get(repository, frozenset())
    if not ours.issuperset(_BOTH):
        raise CheckFailed(
            f"The administrator's token allows {', '.join(sorted(ours)) or 'nothing'} only.",
            advice="Check that the account “admin” is an administrator of Harbor and that its "
                   "password is the one kept with the instance.",
        )
    strangers = _strangers_actions(run, repository)
    if strangers:
        raise CheckFailed(
            f"Without login a token allows {', '.join(sorted(strangers))} in {PROJECT}, which "
            "Slipway made as a private project.",
            advice=f"Make {PROJECT} private again in Harbor; look whether others became public.",
        )
    return f"{service} at {realm}: pull and push for the administrator, nothing for a stranger"


def _strangers_actions(run: Run, repository: str) -> frozenset[str]:
    with open_registry(run.subject, trust_file(run), anonymous=True) as client:
        try:
            return client.token(repository, _BOTH).actions.get(repository, frozenset())
        except RegistryError as error:
            if error.status in (401, 403):
                return frozenset()
            raise
