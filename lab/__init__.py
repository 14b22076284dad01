"""A Nutanix cluster on one machine, for tests and for the demo."""
