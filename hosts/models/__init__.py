"""Rows of this room."""

from hosts.models.docker_host import DockerHost
from hosts.models.image_fetch import ImageFetch
from hosts.models.leftover import Leftover
from hosts.models.volume import Volume
from hosts.models.volume_driver import VolumeDriver

__all__ = ["DockerHost", "ImageFetch", "Leftover", "Volume", "VolumeDriver"]
