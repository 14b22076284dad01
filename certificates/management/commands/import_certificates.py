"""Takes certificates from PEM files, or folders of them, into the books; keys are not read."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError

from certificates.importing import import_certificates, stream_blocks
from lib.memory import settle


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, help="PEM files, or folders of them")
        parser.add_argument("--owner", help="the team that they belong to")

    def handle(self, *args: Any, **options: Any) -> None:
        missing = [str(path) for path in options["paths"] if not path.exists()]
        if missing:
            raise CommandError(f"There is no {', '.join(missing)}.")
        settle()
        done = import_certificates(_blocks(options["paths"]), owner=_team(options["owner"]))
        for problem in done.problems:
            self.stderr.write(problem)
        self.stdout.write(
            f"{done.new} new, {done.known} known already, {done.broken} cannot be read, "
            f"{done.authorities} authorities left out (import them as authorities)"
        )


def _team(name: str | None) -> Group | None:
    if not name:
        return None
    found = Group.objects.filter(name=name).first()
    if found is None:
        raise CommandError(f"There is no team “{name}”.")
    return found


def _blocks(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            with file.open(encoding="ascii", errors="replace") as lines:
                yield from stream_blocks(lines)
