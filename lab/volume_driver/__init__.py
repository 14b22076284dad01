"""The lab's stand-in of the Nutanix volume driver for Docker (nutanix.md 5)."""
