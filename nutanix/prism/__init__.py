"""Prism's two APIs behind one interface."""

from typing import TYPE_CHECKING

from nutanix.prism.interface import PrismClient

if TYPE_CHECKING:
    from nutanix.models import Prism

__all__ = ["PrismClient", "client_for"]


def client_for(prism: "Prism") -> PrismClient:
    """A client of that Prism with its own session; close it."""
    from nutanix.prism.central import PrismCentral
    from nutanix.prism.element import PrismElement
    from nutanix.prism.session import PrismSession

    driver = {"pc_v4": PrismCentral, "pe_v2": PrismElement}[prism.kind]
    return driver(PrismSession.of(prism))
