"""Rows of this room: releases of Harbor and the Harbor instances made from them."""

from deployments.models.incoming_archive import IncomingArchive
from deployments.models.instance import HarborInstance
from deployments.models.release import Release

__all__ = ["HarborInstance", "IncomingArchive", "Release"]
