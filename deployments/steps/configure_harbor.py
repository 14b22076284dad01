"""Make Harbor's settings ours: administrator password, who logs in, policies."""

from deployments.clients import harbor, keep_secrets, open_harbor, trust_file
from deployments.models import HarborInstance
from harbor.api import HarborError
from operations.errors import StepFailed
from operations.run import Run

# Harbor's published default; it must not open the registry (`harbor.md 8`).
DEFAULT_PASSWORD = "Harbor12345"  # noqa: S105
_AUDIT_HOURS = 90 * 24
_AUTH_MODES = {"database": "db_auth", "ldap": "ldap_auth", "oidc": "oidc_auth"}
# A wrong password locks the account for 1.5 s (`harbor.md 5.1`).
_LOCK = 10.0


def configure_harbor(run: Run) -> None:
    """Afterwards Harbor is set as the instance asks; what is right already stays untouched."""
    keep_secrets(run)
    _ensure_password(run)
    wanted = settings_for(run.subject)
    current = harbor(run).configuration()
    changes = {key: value for key, value in wanted.items() if current.get(key) != value}
    if changes:
        _set(run, changes)
        run.log(f"Set {', '.join(sorted(changes))}")
    else:
        run.log("Harbor's settings are as wanted")
    _schedule(run)


def _set(run: Run, changes: dict[str, object]) -> None:
    run.checkpoint()
    try:
        harbor(run).configure(changes)
    except HarborError as error:
        if error.status != 400 or "auth_mode" not in changes:
            raise
        raise StepFailed(
            "Harbor does not change who logs in: it has users of its own already.",
            advice="Delete them in Harbor and resume, or choose the former way on the instance's "
            "page and deploy again.",
            detail=error.message,
        ) from error


def _schedule(run: Run) -> None:
    """Harbor tidies up by itself: without this its disks fill (`harbor.md 7`)."""
    run.checkpoint()
    harbor(run).schedule_gc()
    run.log("The space of deleted images is freed every Sunday night")
    try:
        harbor(run).schedule_purge(hours=_AUDIT_HOURS)
    except HarborError as error:
        if error.status != 404:
            raise
        run.log("This Harbor has no schedule for purging its audit log", level="warning")
    else:
        run.log("Audit records are purged after 90 days")


def settings_for(instance: HarborInstance) -> dict[str, object]:
    """Harbor's settings for this instance, secrets included."""
    settings: dict[str, object] = {
        "project_creation_restriction": "adminonly",
        "quota_per_project_enable": True,
    }
    mode = _AUTH_MODES[instance.auth_mode]
    settings["auth_mode"] = mode
    if mode == "db_auth":
        settings["self_registration"] = False
    else:
        settings |= instance.auth_settings
        settings[f"{instance.auth_mode}_verify_cert"] = True
    if instance.auth_secret and mode == "ldap_auth":
        settings["ldap_search_password"] = instance.auth_secret
    if instance.auth_secret and mode == "oidc_auth":
        settings["oidc_client_secret"] = instance.auth_secret
    return settings


def _ensure_password(run: Run) -> None:
    """Our administrator password works and Harbor's default does not."""
    if _accepts(run, DEFAULT_PASSWORD):
        run.log("Harbor still has its default administrator password", level="warning")
        run.checkpoint()
        with open_harbor(run.subject, trust_file(run), password=DEFAULT_PASSWORD) as client:
            client.change_password(1, old=DEFAULT_PASSWORD, new=run.subject.admin_password)
    try:
        user = run.wait_until(
            lambda: harbor(run).current_user(), what="the administrator's login", timeout=_LOCK
        )
    except StepFailed as error:
        raise StepFailed(
            "Harbor does not accept the administrator's password that Slipway keeps.",
            advice="Somebody changed it in Harbor. Set the same password on the instance's page.",
        ) from error
    if not user.get("sysadmin_flag"):
        raise StepFailed("The account “admin” is not an administrator of this Harbor.")
    run.log("The administrator's password is ours, and Harbor's default is refused")


def _accepts(run: Run, password: str) -> bool:
    with open_harbor(run.subject, trust_file(run), password=password) as client:
        return client.current_user() is not None
