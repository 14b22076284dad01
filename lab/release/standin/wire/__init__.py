"""Talking to others: a small HTTP server, an HTTP caller, a redis client."""
