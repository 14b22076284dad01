"""What approvers, ops, auditors and administrators may do: one list, and the groups that hold it.

Whoever is in none of these groups may do nothing in the admin. After each `migrate` a group holds
exactly what stands here and in portal/roles.py; whoever wants another cut makes their own group.
"""

from typing import Any

from django.contrib.auth.models import Group, Permission

from portal import roles as portal
from portal.roles import ADMINISTRATORS, APPROVERS, AUDITORS, OPS

# What is read in the admin, for all three roles.
_SEE = {
    "operations": ("operation", "schedule"),
    "nutanix": ("prism", "cluster"),
    "hosts": ("dockerhost", "volume", "volumedriver"),
    "certificates": ("authority", "certificate", "signingrequest", "endpoint"),
    "notices": ("delivery",),
    "deployments": ("harborinstance", "release", "incomingarchive"),
}
_LOOKING = {f"{app}.view_{name}" for app, names in _SEE.items() for name in names}
_HISTORY = {
    "auth.view_user", "auth.view_group", "auditlog.view_logentry",
    "axes.view_accessattempt", "axes.view_accesslog", "axes.view_accessfailurelog",
}
_RUNNING = {
    "operations.change_schedule",
    "nutanix.add_prism", "nutanix.change_prism", "nutanix.test_prism", "nutanix.change_cluster",
    "hosts.add_dockerhost", "hosts.change_dockerhost", "hosts.provision_dockerhost",
    "hosts.retire_dockerhost", "hosts.add_volumedriver", "hosts.change_volumedriver",
    "hosts.grow_volume", "hosts.erase_volume",
    "certificates.add_authority", "certificates.change_authority",
    "certificates.add_certificate", "certificates.change_certificate",
    "certificates.revoke_certificate",
    "certificates.add_signingrequest", "certificates.change_signingrequest",
    "certificates.delete_signingrequest", "certificates.answer_signingrequest",
    "certificates.add_endpoint", "certificates.change_endpoint", "certificates.delete_endpoint",
    "deployments.add_release", "deployments.change_release",
    "deployments.add_harborinstance", "deployments.change_harborinstance",
    "deployments.deploy_harborinstance", "deployments.test_harborinstance",
    "deployments.retire_harborinstance", "deployments.reveal_harborinstance",
    "notices.receive_notices", "auth.view_group", "django_rq.admin",
}
# Private keys leave the console by an administrator only.
_ADMINISTERING = {
    "auth.add_user", "auth.change_user", "auth.delete_user",
    "auth.add_group", "auth.change_group", "auth.delete_group", "config.hand_out_role",
    "axes.delete_accessattempt", "certificates.export_certificate",
}
ROLES: dict[str, set[str]] = {
    APPROVERS: portal.PERMISSIONS[APPROVERS],
    OPS: _LOOKING | _RUNNING | portal.PERMISSIONS[OPS],
    AUDITORS: _LOOKING | _HISTORY | portal.PERMISSIONS[AUDITORS],
    ADMINISTRATORS: _LOOKING | _HISTORY | _RUNNING | _ADMINISTERING
    | portal.PERMISSIONS[ADMINISTRATORS],
}


def keep_roles(**kwargs: Any) -> None:
    """Give each role's group exactly what stands here; run after each `migrate`."""
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    for name, wanted in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        # While migrations go back, some of them are not there.
        group.permissions.set([known[each] for each in wanted & known.keys()])
