"""The admin's pages of this room."""

from nutanix.admin.cluster import ClusterAdmin
from nutanix.admin.prism import PrismAdmin

__all__ = ["ClusterAdmin", "PrismAdmin"]
