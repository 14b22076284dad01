"""The settings that administrators change at run time (harbor.md 5.13)."""

from .database import Database

DEFAULTS: dict[str, object] = {
    "auth_mode": "db_auth", "primary_auth_mode": False, "self_registration": False,
    "read_only": False, "project_creation_restriction": "everyone", "token_expiration": 30,
    "robot_token_duration": 30, "robot_name_prefix": "robot$", "session_timeout": 60,
    "quota_per_project_enable": True, "storage_per_project": -1, "banner_message": "",
    "audit_log_forward_endpoint": "", "skip_audit_log_database": False,
    "scanner_skip_update_pulltime": False, "notification_enable": True,
    "ldap_url": "", "ldap_base_dn": "", "ldap_search_dn": "", "ldap_uid": "cn", "ldap_filter": "",
    "ldap_scope": 2, "ldap_timeout": 5, "ldap_verify_cert": True, "ldap_group_base_dn": "",
    "ldap_group_admin_dn": "", "ldap_group_attribute_name": "", "ldap_group_search_filter": "",
    "ldap_group_search_scope": 2, "ldap_group_membership_attribute": "memberof",
    "oidc_name": "", "oidc_endpoint": "", "oidc_client_id": "", "oidc_scope": "",
    "oidc_verify_cert": True, "oidc_auto_onboard": False, "oidc_groups_claim": "",
    "oidc_admin_group": "", "oidc_user_claim": "", "oidc_extra_redirect_parms": "{}",
}
SECRET = ("ldap_search_password", "oidc_client_secret")


class Configuration:
    """Stored values over the defaults; values of the environment beat both and lock all."""

    def __init__(self, database: Database, overwritten: dict[str, object]) -> None:
        self._database, self._overwritten = database, overwritten

    @property
    def is_locked(self) -> bool:
        return bool(self._overwritten)

    def all(self) -> dict[str, object]:
        """Every setting; secrets are not among them."""
        rows = self._database.rows("SELECT k, v FROM properties")
        stored = {row["k"]: row["v"]["value"] for row in rows if row["k"] in DEFAULTS}
        return DEFAULTS | stored | self._overwritten

    def get(self, name: str) -> object:
        return self.all()[name]

    def change(self, values: dict[str, object]) -> None:
        with self._database.transaction() as cursor:
            for name, value in values.items():
                cursor.run("INSERT INTO properties (k, v) VALUES (%s, %s) "
                           "ON CONFLICT (k) DO UPDATE SET v = excluded.v", name, {"value": value})
