"""Serves the console's pages with uvicorn, and takes a renewed certificate without a restart."""

import logging
from importlib import import_module
from pathlib import Path

import uvicorn
from django.conf import settings

from lib.memory import settle

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 10


class Web:
    """One web process. `certificate` is a file with key and chain; None leaves TLS to a proxy."""

    def __init__(self, certificate: Path | None) -> None:
        self._file = certificate
        self._seen = self._stamp()
        tls = {"ssl_certfile": str(certificate)} if certificate else {}
        # Deflate is off, it costs more than it saves (`stack.md` 3).
        self.config = uvicorn.Config(
            "config.asgi:application", host=settings.SLIPWAY_BIND, port=settings.SLIPWAY_PORT,
            ws="websockets-sansio", ws_per_message_deflate=False, ws_max_size=4096,
            server_header=False, access_log=False, log_level="warning",
            timeout_graceful_shutdown=5, timeout_notify=_LOOK_SECONDS,
            callback_notify=self.look, **tls,
        )

    def run(self) -> None:
        self.config.load()
        # Every page's code before the first visitor comes.
        import_module(settings.ROOT_URLCONF)
        settle()
        uvicorn.Server(self.config).run()

    async def look(self) -> None:
        """Use what the file says now for every new connection; those there are go on.

        Called by the server's own loop, so no handshake is under way in another thread.
        """
        stamp = self._stamp()
        if stamp == self._seen or self.config.ssl is None:
            return
        try:
            self.config.ssl.load_cert_chain(self._file)
        except OSError as error:  # an SSLError is one
            logger.error("The console's new certificate cannot be used: %s", error)
            return
        self._seen = stamp
        logger.info("The console serves its renewed certificate")

    def _stamp(self) -> tuple[int, int] | None:
        if self._file is None or not self._file.exists():
            return None
        facts = self._file.stat()
        return facts.st_ino, facts.st_mtime_ns
