"""The admin pages of this room."""

from deployments.admin.instance import HarborInstanceAdmin
from deployments.admin.release import ReleaseAdmin
from deployments.intake.admin import IncomingArchiveAdmin

__all__ = ["HarborInstanceAdmin", "IncomingArchiveAdmin", "ReleaseAdmin"]
