"""Serve another certificate at a Harbor instance, without a failed request."""

from argparse import ArgumentParser

from django.core.management import BaseCommand, CommandError

from certificates.models import Authority, Certificate
from deployments.management.instances import follow, living_instance
from deployments.rotation.choosing import Choice
from deployments.rotation.services import rotate
from operations.errors import Refused


class Command(BaseCommand):
    help = "Serve another certificate at a Harbor instance, without a failed request."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the instance's name")
        parser.add_argument("--no-follow", action="store_true", help="only start it")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--authority", help="the name of the authority that signs a new one")
        which.add_argument("--serial", help="the serial number of an uploaded certificate")
        parser.add_argument(
            "--may-restart", action="store_true",
            help="restart nginx when it does not take it otherwise: some seconds are lost",
        )

    def handle(self, *args: object, **options: str) -> None:
        instance = living_instance(options["name"])
        try:
            operation = rotate(
                instance, choice=_choice(options), may_restart=bool(options["may_restart"])
            )
        except Refused as refusal:
            raise CommandError(f"{refusal.message} {refusal.advice}".strip()) from refusal
        self.stdout.write(f"{operation.title}: {operation.uuid}")
        if not options["no_follow"]:
            follow(operation)


def _choice(options: dict[str, str]) -> Choice | None:
    """None for the usual one."""
    if options["authority"]:
        found = Authority.objects.filter(name=options["authority"]).first()
        if found is None:
            raise CommandError(f"There is no authority {options['authority']}.")
        return Choice(authority=found)
    if options["serial"]:
        serial = options["serial"].replace(":", "").lower().lstrip("0")
        rows = list(Certificate.objects.filter(serial=serial)[:2])
        if len(rows) != 1:
            raise CommandError(f"There are {len(rows)} certificates with the serial {serial}.")
        return Choice(certificate=rows[0])
    return None
