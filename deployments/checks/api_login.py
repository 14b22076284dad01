"""The administrator can use the API, and Harbor is the version and address it should be."""

from deployments.clients import harbor
from deployments.configuration import WRITE_ANEW
from operations.errors import CheckFailed, StepFailed, Warned
from operations.run import Run


def check_api_login(run: Run) -> str:
    """Login, version, and the address that Harbor believes to have."""
    instance, client = run.subject, harbor(run)
    user = _administrator(run)
    info = client.system_info()
    version = info.get("harbor_version", "")
    external = info.get("external_url", "")
    if not user.get("sysadmin_flag"):
        raise CheckFailed(
            "The account “admin” is not an administrator of this Harbor.",
            advice="Let another administrator of Harbor give it back, under Users.",
        )
    if external.rstrip("/") != instance.url:
        raise CheckFailed(
            f"Harbor believes to be {external or 'nowhere'}, not {instance.url}.",
            advice="Harbor names this address to its clients. When somebody changed it on the "
                   f"host: {WRITE_ANEW}.",
        )
    evidence = f"{user['username']} is administrator of {version} at {external}"
    if not version.startswith(instance.release.version):
        raise Warned(
            f"{evidence}, while the release is {instance.release.version}.",
            advice="Deploy again, or find out who changed Harbor on the host.",
        )
    return evidence


def _administrator(run: Run) -> dict:
    try:
        # A wrong password, tried by anybody, locks the account for 1.5 s (`harbor.md 5.1`).
        return run.wait_until(
            harbor(run).current_user, what="the administrator's login", timeout=10, interval=0.5
        )
    except StepFailed as error:
        raise CheckFailed(
            "Harbor does not accept the administrator's password that Slipway keeps.",
            advice="Somebody changed it in Harbor. Set the same password on the instance's page.",
        ) from error
