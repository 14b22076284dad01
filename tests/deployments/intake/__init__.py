"""Releases come in: by the folder, the browser, an address."""
