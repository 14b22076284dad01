"""Give a Docker host's machine other CPUs and memory, and follow it in the terminal."""

from argparse import ArgumentParser

from django.core.management import BaseCommand, CommandError
from django.core.validators import ValidationError

from hosts import switching
from hosts.management.living import living_host, start_and_follow


class Command(BaseCommand):
    help = "Give a Docker host's machine other CPUs and memory, while it runs where Prism allows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the host's name")
        parser.add_argument("--cpus", type=int, help="as many as now when left out")
        parser.add_argument("--memory-mib", type=int, help="as much as now when left out")
        parser.add_argument("--may-restart", action="store_true", help="if nothing else helps")
        parser.add_argument("--no-follow", action="store_true", help="only start it")

    def handle(self, *args: object, **options: object) -> None:
        host = living_host(str(options["name"]))
        try:
            start_and_follow(
                lambda: switching.resize(
                    host, cpus=options["cpus"] or host.cpus,
                    memory_mib=options["memory_mib"] or host.memory_mib,
                    may_restart=bool(options["may_restart"]),
                ),
                self.stdout, no_follow=bool(options["no_follow"]),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
