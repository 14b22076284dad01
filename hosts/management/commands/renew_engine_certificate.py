"""Renew the certificates between the console and a Docker host's engine."""

from argparse import ArgumentParser

from django.core.management import BaseCommand

from hosts import services
from hosts.management.living import living_host, start_and_follow


class Command(BaseCommand):
    help = "Renew the certificates between the console and a Docker host's engine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the host's name")
        parser.add_argument("--no-follow", action="store_true", help="only start it")

    def handle(self, *args: object, **options: str) -> None:
        host = living_host(options["name"])
        start_and_follow(
            lambda: services.renew_engine_certificate(host), self.stdout,
            no_follow=bool(options["no_follow"]),
        )
