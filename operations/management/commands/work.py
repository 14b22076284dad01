"""Executes operations from the queues that are named (default: both), one at a time."""

from argparse import ArgumentParser
from importlib import import_module
from typing import Any

import django_rq
from django.core.management.base import BaseCommand
from django.db import connections

from operations.pipeline import all_pipelines
from operations.worker import OperationWorker

QUEUES = ("operations", "quick")


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("queues", nargs="*", default=QUEUES)
        parser.add_argument("--burst", action="store_true", help="end when the queues are empty")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = django_rq.get_worker(
            *options["queues"],
            worker_class=OperationWorker,
            serializer="json",
            worker_ttl=30,
            job_monitoring_interval=5,
            maintenance_interval=10,
        )
        # The work-horse is a fork: what is imported here, it need not import before each job,
        # and it must open connections of its own.
        import_module("operations.jobs")
        all_pipelines()
        connections.close_all()
        worker.work(burst=options["burst"], logging_level="WARNING")
