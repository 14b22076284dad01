"""manage.py leftovers: what is on a cluster with Slipway's mark but in no book, and the reverse."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hosts import leftovers
from lib.errors import ServiceError
from nutanix.models import Cluster


class Command(BaseCommand):
    help = "Lists leftovers of a cluster. Only looks; ends with 1 when it found any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cluster", metavar="CLUSTER")

    def handle(self, *args: Any, cluster: str, **options: Any) -> None:
        """Ask Prism now."""
        rows = list(Cluster.objects.select_related("prism").filter(name=cluster))
        if len(rows) != 1:
            raise CommandError(f"{len(rows)} clusters are named {cluster}.", returncode=2)
        try:
            found = leftovers.look(rows[0])
        except ServiceError as error:
            raise CommandError(f"{error.message} {error.advice}".strip(), returncode=2) from error
        for each in found.strangers:
            self.stdout.write(f"not in the books: {each.kind} {each.name} {each.ext_id}")
        for row in found.missing:
            self.stdout.write(f"not in Prism: {row._meta.verbose_name} {row}")
        count = len(found.strangers) + len(found.missing)
        if count:
            raise CommandError(f"{cluster} has {count} leftovers.", returncode=1)
        self.stdout.write(f"{cluster} has no leftovers.")
