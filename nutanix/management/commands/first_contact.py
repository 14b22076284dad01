"""Find out, on a real Prism, what nobody could verify; save the exchanges without secrets."""

from argparse import ArgumentParser

from django.core.management import BaseCommand, CommandError

from lib.errors import ServiceError
from nutanix.first_contact import first_contact
from nutanix.models import Prism


class Command(BaseCommand):
    help = "Find out, on a real Prism, what nobody could verify; save a transcript."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prism", help="the connection's name")
        parser.add_argument(
            "--write", action="store_true",
            help="also make and delete one machine of 1 GiB and one volume group of 1 GiB",
        )

    def handle(self, *args: object, **options: str) -> None:
        prism = Prism.objects.filter(name=options["prism"]).first()
        if prism is None:
            known = ", ".join(Prism.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"There is no connection “{options['prism']}”; known: {known}.")
        try:
            file = first_contact(
                prism, lambda finding: self.stdout.write(f"[{finding.question}] {finding.text}"),
                writing=bool(options["write"]),
            )
        except ServiceError as error:
            raise CommandError(f"{error.message} {error.advice}".strip()) from error
        self.stdout.write(f"Saved without secrets, but with names and addresses: {file}")
