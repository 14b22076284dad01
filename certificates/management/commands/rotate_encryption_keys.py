"""Encrypts every stored secret anew with the first key of ENCRYPTION_KEYS."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from lib.encryption import keyring
from lib.fields import rotate, secret_fields


class Command(BaseCommand):
    help = (
        "Encrypt every secret with the first key of ENCRYPTION_KEYS. Put the new key first, keep "
        "the old ones behind it, restart, run this, then take the old ones away. It may be "
        "stopped and run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = 0
        for model in apps.get_models():
            for name in secret_fields(model):
                unreadable += self._rotate(model, name)
        if unreadable:
            noun = "secret" if unreadable == 1 else "secrets"
            raise CommandError(
                f"{unreadable} {noun} cannot be read (named above). Add the missing key to the "
                "end of ENCRYPTION_KEYS and run this again, or enter them anew."
            )

    def _rotate(self, model: Any, name: str) -> int:
        changed = unreadable = 0
        for problem in rotate(model, name):
            if problem:
                self.stderr.write(str(problem))
                unreadable += 1
            else:
                changed += 1
        self.stdout.write(
            f"{model._meta.label}.{name}: {changed} secrets now use key “{keyring().current}”."
        )
        return unreadable
