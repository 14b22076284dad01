"""A new certificate for a running registry, by hand or when it is time."""
