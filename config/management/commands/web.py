"""Serves the console's pages; started by `serve`, or alone on a machine of its own."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.console_certificate import certificate_file, ensure_console_certificate
from config.web import Web


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
            Web(None).run()
            return
        if not certificate_file().exists():  # `serve` has made it before
            ensure_console_certificate()
        Web(certificate_file()).run()
