"""The admin's pages of this room."""

from hosts.admin.host import DockerHostAdmin
from hosts.admin.volume import VolumeAdmin
from hosts.admin.volume_driver import VolumeDriverAdmin

__all__ = ["DockerHostAdmin", "VolumeAdmin", "VolumeDriverAdmin"]
