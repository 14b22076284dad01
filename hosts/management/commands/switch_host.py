"""Switch a Docker host's machine on or off, or restart it, and follow it in the terminal."""

from argparse import ArgumentParser

from django.core.management import BaseCommand

from hosts import switching
from hosts.management.living import living_host, start_and_follow


class Command(BaseCommand):
    help = "Switch a Docker host's machine on or off, or restart it; the guest is asked first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the host's name")
        parser.add_argument("what", choices=("on", "off", "restart"))
        parser.add_argument(
            "--hard", action="store_true", help="power off when the guest does not shut down"
        )
        parser.add_argument("--no-follow", action="store_true", help="only start it")

    def handle(self, *args: object, **options: str) -> None:
        host, hard = living_host(options["name"]), bool(options["hard"])
        start = {
            "on": lambda: switching.switch_on(host),
            "off": lambda: switching.switch_off(host, hard=hard),
            "restart": lambda: switching.restart(host, hard=hard),
        }[options["what"]]
        start_and_follow(start, self.stdout, no_follow=bool(options["no_follow"]))
