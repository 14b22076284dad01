"""Starts the console: database, certificate, web, workers, reconciler; restarts what dies."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from config import first_start, processes
from config.console_certificate import ensure_console_certificate
from deployments.intake.services import ensure_scan_schedule
from deployments.rotation.services import ensure_renewal_schedule


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workers", type=int, default=2, help="workers for operations")

    def handle(self, *args: Any, **options: Any) -> None:
        # Whatever folder it is given: what it writes there is for its own user alone.
        os.umask(0o077)
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.RELEASES_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        ensure_scan_schedule()
        ensure_renewal_schedule()
        call_command("collectstatic", verbosity=0, interactive=False)
        fingerprint = ensure_console_certificate()
        self._say_hello(fingerprint)
        processes.run(
            processes.console_processes(workers=options["workers"]),
            chore=ensure_console_certificate,
        )

    def _say_hello(self, fingerprint: str) -> None:
        host = settings.SLIPWAY_BIND if settings.SLIPWAY_BIND != "0.0.0.0" else "localhost"  # noqa: S104
        url = f"https://{host}:{settings.SLIPWAY_PORT}/"
        self.stdout.write(f"Slipway: {url}")
        self.stdout.write(f"Certificate SHA-256: {fingerprint}")
        token = first_start.new_setup_token()
        if token:
            self.stdout.write(
                f"Make the first administrator at {url}setup/ with this token: {token}"
            )
        self.stdout.flush()
