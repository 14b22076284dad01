"""The v2.0 API of Prism Element, and the v1 and v0.8 calls of the Docker volume plugin."""
