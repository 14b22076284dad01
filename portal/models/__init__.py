"""Rows of this room: teams, what they ask for, who decides, and what they were given."""

from portal.models.approval import Approval
from portal.models.given import Handover, Project, Robot
from portal.models.request import Request
from portal.models.rule import ApprovalRule
from portal.models.team import Offer, Team

__all__ = [
    "Approval", "ApprovalRule", "Handover", "Offer", "Project", "Request", "Robot", "Team",
]
