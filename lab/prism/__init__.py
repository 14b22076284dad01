"""A Nutanix Prism for tests and the lab, with visible state and faults on demand."""

from lab.prism.inventory import Subnet
from lab.prism.knobs import Knobs
from lab.prism.replay import ReplayedPrism
from lab.prism.simulator import PrismSimulator

__all__ = ["Knobs", "PrismSimulator", "ReplayedPrism", "Subnet"]
