"""Deletes blobs and manifests on the registry storage."""
