"""The first look at a real Prism: which of the facts that nobody could verify are true there."""

from nutanix.first_contact.walk import first_contact

__all__ = ["first_contact"]
