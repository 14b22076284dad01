"""How installer archives enter: the watched folder, the upload, an address."""
