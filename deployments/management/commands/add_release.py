"""Register the offline installer archive of a Harbor release."""

import shutil
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from deployments.services import register_archive
from lib.errors import ServiceError
from lib.sizes import human


class Command(BaseCommand):
    help = "Copy an installer archive into the folder of releases, read it and register it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", type=Path, help="harbor-offline-installer-….tgz")

    def handle(self, *args: object, **options: Path) -> None:
        source: Path = options["archive"]
        folder = Path(settings.RELEASES_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / source.name
        try:
            if source.resolve() != target.resolve():
                shutil.copyfile(source, target)
            release = register_archive(target)
        except (OSError, ServiceError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{release}: {len(release.images)} images, {human(release.archive_size)}, "
            f"SHA-256 {release.archive_sha256}"
        )
