"""Retire a Harbor instance, after its name was typed, and follow it in the terminal."""

from argparse import ArgumentParser

from django.core.management import BaseCommand, CommandError

from deployments import services
from deployments.management.instances import follow, living_instance
from operations.errors import Refused


class Command(BaseCommand):
    help = "Retire a Harbor instance: volumes and machine stay unless asked otherwise."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the instance's name")
        parser.add_argument("--delete-volumes", action="store_true", help="delete all data, too")
        parser.add_argument("--delete-host", action="store_true", help="delete the machine, too")
        parser.add_argument("--yes", metavar="NAME", default="", help="the name once more")

    def handle(self, *args: object, **options: str) -> None:
        instance = living_instance(options["name"])
        choices = {key: bool(options[key]) for key in ("delete_volumes", "delete_host")}
        for line in services.loses(instance, **choices):
            self.stdout.write(f"- {line}")
        typed = options["yes"] or input(f"Type {instance.name} to retire it: ")
        try:
            operation = services.retire(instance, typed_name=typed, **choices)
        except Refused as refusal:
            raise CommandError(f"{refusal.message} {refusal.advice}".strip()) from refusal
        follow(operation)
