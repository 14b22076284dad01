"""Make a Harbor instance real, or whole again, and follow it in the terminal."""

from argparse import ArgumentParser

from django.core.management import BaseCommand, CommandError

from deployments import services
from deployments.management.instances import follow, living_instance
from operations.errors import Refused


class Command(BaseCommand):
    help = "Make a Harbor instance real, or whole again, and follow it in the terminal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the instance's name")
        parser.add_argument("--no-follow", action="store_true", help="only start it")

    def handle(self, *args: object, **options: str) -> None:
        try:
            operation = services.deploy(living_instance(options["name"]))
        except Refused as refusal:
            raise CommandError(f"{refusal.message} {refusal.advice}".strip()) from refusal
        self.stdout.write(f"{operation.title}: {operation.uuid}")
        if not options["no_follow"]:
            follow(operation)
