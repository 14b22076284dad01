"""Fills an empty console with the lab's cluster, one release and one instance ready to deploy."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand

from deployments import services as deployments
from deployments.models import HarborInstance, Release
from lib.passwords import new_password
from nutanix import services as nutanix
from nutanix.choosing import choose_defaults
from nutanix.models import Cluster, Prism

NAME = "demo"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("lab", type=Path, help="the lab's lab.json")
        parser.add_argument("archive", type=Path, help="the installer archive to offer")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        facts = json.loads(options["lab"].read_text())
        password = new_password()
        get_user_model().objects.create_superuser("admin", password=password)
        cluster = self._register_cluster(facts)
        HarborInstance.objects.create(
            name=NAME,
            fqdn=f"{NAME}.lab.test",
            cluster=cluster,
            release=self._register_release(options["archive"]),
            registry_gib=4,
            database_gib=2,
            redis_gib=1,
            jobservice_gib=1,
        )
        url = f"https://{settings.SLIPWAY_BIND}:{settings.SLIPWAY_PORT}/"
        self.stdout.write(f"Console: {url}  user: admin  one-time password: {password}")

    def _register_cluster(self, facts: dict[str, Any]) -> Cluster:
        prism = Prism.objects.create(
            name="lab",
            kind=Prism.Kind.PC_V4 if facts["role"] == "pc" else Prism.Kind.PE_V2,
            address=facts["prism_url"],
            username=facts["username"],
            password=facts["password"],
            ca_pem=Path(facts["prism_ca_pem_path"]).read_text(),
        )
        nutanix.verify(prism)
        clusters = nutanix.read_clusters(prism)
        cluster = next(found for found in clusters if found.name == facts["cluster"])
        choose_defaults(
            cluster, subnet=facts["subnet"], container=facts["container"], image=facts["image"]
        )
        return cluster

    def _register_release(self, archive: Path) -> Release:
        settings.RELEASES_DIR.mkdir(parents=True, exist_ok=True)
        place = settings.RELEASES_DIR / archive.name
        # A hard link would need the same disk; the archive is too large to copy for a demo.
        place.symlink_to(archive)
        return deployments.register_archive(place)
