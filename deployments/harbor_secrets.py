"""Harbor's own secret files: kept encrypted on the instance, put back on a new host.

Without them kept volumes are worthless (`harbor.md 6.4`).
"""

from deployments.clients import engine
from deployments.configuration import LAYOUT
from harbor.prepare import HARBOR_UID, SECRETS
from lib.archives import File
from operations.errors import StepFailed
from operations.run import Run


def put_harbor_secrets_back(run: Run) -> None:
    """Before prepare: a host without secrets gets ours; another Harbor's secrets are refused."""
    instance = run.subject
    if not instance.secretkey:
        return
    found = _on_host(run)
    if found.get("secretkey", instance.secretkey) != instance.secretkey:
        raise StepFailed(
            f"{instance.host} holds the secret key of another Harbor in {LAYOUT.data}/secret.",
            advice="Use another host, or move that folder away if nothing needs it.",
        )
    missing = {
        path: File(
            getattr(instance, field).encode(), mode=0o600, uid=HARBOR_UID, gid=HARBOR_UID
        )
        for field, path in SECRETS.items() if field not in found and getattr(instance, field)
    }
    if missing:
        run.checkpoint()
        engine(run).put_files(LAYOUT.data, missing)
        run.log(f"Put {len(missing)} of Harbor's secret files back on {instance.host}")


def keep_harbor_secrets(run: Run) -> None:
    """After prepare: what it made or kept is stored, encrypted, with the instance."""
    found = _on_host(run)
    lost = [SECRETS[field] for field in SECRETS if not found.get(field)]
    if lost:
        raise StepFailed(
            f"prepare ended well but {', '.join(lost)} is missing below {LAYOUT.data}.",
            advice="Look at the folder on the host; then resume.",
        )
    for value in found.values():
        run.keep_secret(value)
    run.subject.record(**found)
    run.log("Harbor's secret files are kept encrypted with the instance")


def _on_host(run: Run) -> dict[str, str]:
    files = engine(run).get_files(LAYOUT.data, list(SECRETS.values()))
    return {
        field: files[path].decode() for field, path in SECRETS.items() if path in files
    }
