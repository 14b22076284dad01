"""Looks after interrupted, forgotten, waiting and scheduled operations, until stopped."""

import logging
import signal
import threading
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connection

from operations.reconciler import LOOK_EVERY, Reconciler

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once",
            action="store_true",
            help="look once and judge leases at once, without watching the database first",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            Reconciler(patience=timedelta(0)).look()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        reconciler = Reconciler()
        while not stop.is_set():
            self._look(reconciler)
            stop.wait(LOOK_EVERY)

    def _look(self, reconciler: Reconciler) -> None:
        try:
            reconciler.look()
        except Error as error:
            logger.warning("The database does not answer: %s", error)
            reconciler.forget()
            connection.close()
