"""Everything that would stop a deployment, found before anything is touched."""

from deployments.problems.cluster import problems_with_cluster
from deployments.problems.console import problems_with_console
from deployments.problems.driver import problems_with_driver
from deployments.problems.machine import problems_with_machine
from deployments.problems.request import problems_with_request

__all__ = [
    "problems_with_cluster", "problems_with_console", "problems_with_driver",
    "problems_with_machine", "problems_with_request",
]
