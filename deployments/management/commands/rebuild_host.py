"""Give a registry a new machine, after its name was typed, and follow it in the terminal."""

from argparse import ArgumentParser

from django.core.management import BaseCommand, CommandError

from deployments.management.instances import follow, living_instance
from deployments.rebuilding import problems_with_rebuild, rebuild_host, what_happens
from operations.errors import Refused


class Command(BaseCommand):
    help = "Give a registry a new machine; its volumes, secrets and name stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the instance's name")
        parser.add_argument("--yes", metavar="NAME", default="", help="the name once more")
        parser.add_argument("--no-follow", action="store_true", help="only start it")

    def handle(self, *args: object, **options: str) -> None:
        instance = living_instance(options["name"])
        if not problems_with_rebuild(instance):
            for line in what_happens(instance):
                self.stdout.write(f"- {line}")
        typed = options["yes"] or input(f"Type {instance.name} to rebuild its host: ")
        try:
            operation = rebuild_host(instance, typed_name=typed)
        except Refused as refusal:
            raise CommandError(f"{refusal.message} {refusal.advice}".strip()) from refusal
        self.stdout.write(f"{operation.title}: {operation.uuid}")
        if not options["no_follow"]:
            follow(operation)
