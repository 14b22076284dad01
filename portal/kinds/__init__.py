"""What can be asked for: one file per kind, listed here."""

from portal.kinds.base import Line, Place, Wanted
from portal.kinds.certificate import CertificateWanted
from portal.kinds.membership import MembershipWanted
from portal.kinds.people import ROLES, Member
from portal.kinds.project import ProjectWanted
from portal.kinds.quota import QuotaWanted
from portal.kinds.registry import RegistryWanted
from portal.kinds.robot import ACTIONS, RobotWanted

KINDS: dict[str, type[Wanted]] = {
    wanted.kind: wanted for wanted in (
        ProjectWanted, MembershipWanted, QuotaWanted, RobotWanted, CertificateWanted,
        RegistryWanted,
    )
}

__all__ = [
    "ACTIONS", "KINDS", "ROLES", "CertificateWanted", "Line", "Member", "MembershipWanted",
    "Place", "ProjectWanted", "QuotaWanted", "RegistryWanted", "RobotWanted",
    "Wanted",
]
