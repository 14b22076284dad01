"""Prints an operation's log as it grows; ends with it, with exit code 0 only when it succeeded."""

import sys
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from operations.following import lines_until_the_end, summary_of
from operations.models import LogLine, Operation


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("uuid", type=UUID)
        parser.add_argument("--after", type=int, default=0, help="number of the last line known")

    def handle(self, *args: Any, **options: Any) -> None:
        operation = Operation.objects.filter(uuid=options["uuid"]).first()
        if operation is None:
            raise CommandError(f"There is no operation {options['uuid']}.")
        try:
            for line in lines_until_the_end(operation, after=options["after"]):
                self._print(line)
        except KeyboardInterrupt:
            self.stderr.write("No longer following; the operation goes on.")
            sys.exit(130)
        for line in summary_of(operation):
            self.stdout.write(line)
        if operation.state != Operation.State.SUCCEEDED:
            raise CommandError(f"{operation.title}: {operation.state}. {operation.reason}".strip())

    def _print(self, line: LogLine) -> None:
        styles = {"warning": self.style.WARNING, "error": self.style.ERROR}
        style = styles.get(line.level, str)
        step = f"{line.step:<24}"
        self.stdout.write(f"{line.at:%H:%M:%S}  {step}  {style(line.text)}")
        self.stdout.flush()
