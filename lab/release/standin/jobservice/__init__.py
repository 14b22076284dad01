"""Runs queued jobs and keeps their logs."""
