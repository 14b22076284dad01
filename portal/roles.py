"""The names of the roles, and what each may do in the portal.

Their groups are filled by an administrator, LDAP or OIDC; what they may do elsewhere, and how the
groups are kept, stands in config/roles.py. Who asks needs no role: whoever is in a team's group
asks for that team.
"""

APPROVERS, OPS, AUDITORS, ADMINISTRATORS = (
    "Slipway approvers", "Slipway ops", "Slipway auditors", "Slipway administrators",
)
_LOOK = {
    f"portal.view_{model}" for model in (
        "team", "offer", "request", "approval", "approvalrule", "project", "robot",
    )
}
_DECIDE = {"portal.approve_request"}
_OPERATE = {"portal.operate_request"}
_ARRANGE = {
    f"portal.{verb}_{model}" for model in ("team", "offer", "approvalrule")
    for verb in ("add", "change", "delete")
}
PERMISSIONS: dict[str, set[str]] = {
    APPROVERS: _LOOK | _DECIDE,
    OPS: _LOOK | _DECIDE | _OPERATE,
    AUDITORS: _LOOK,
    ADMINISTRATORS: _LOOK | _DECIDE | _OPERATE | _ARRANGE,
}
