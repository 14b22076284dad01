"""The sub-commands of the prepare image and their exit codes (harbor.md 1.4, 1.6)."""

import argparse
import re
import sys
from pathlib import Path

from . import authority, compose_file, environments, folders, secrets, service_files
from .places import Places
from .settings import RefusedConfiguration, Settings, read_settings

REFUSED = 255


def main(arguments: list[str], root: Path = Path("/")) -> int:
    """Run one sub-command; 0 done, 255 refused configuration, a traceback (1) otherwise."""
    options = _parser().parse_args(arguments)
    return int(options.run(options, Places(root)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py", description="Harbor stand-in: prepare")
    commands = parser.add_subparsers(required=True)
    prepare = commands.add_parser("prepare")
    prepare.add_argument("--conf", default="/input/harbor.yml")
    prepare.add_argument("--with-trivy", action="store_true")
    prepare.set_defaults(run=_prepare)
    gencert = commands.add_parser("gencert")
    gencert.add_argument("-p", "--path", required=True)
    gencert.add_argument("-d", "--days", type=int, default=365)
    gencert.set_defaults(run=_gencert)
    migrate = commands.add_parser("migrate")
    migrate.add_argument("-i", "--input", required=True)
    migrate.add_argument("-o", "--output")
    migrate.add_argument("-t", "--target")
    migrate.set_defaults(run=_migrate)
    return parser


def _prepare(options: argparse.Namespace, places: Places) -> int:
    # Not atomic on purpose: the old files go before the new ones are known to be possible.
    folders.delete_files(places.config)
    print(f"prepare base dir is set to {places.input.parent}")
    try:
        settings = read_settings(places.inside(options.conf), with_trivy=options.with_trivy)
    except RefusedConfiguration as refused:
        print("Error happened in config validation...")
        print(refused, file=sys.stderr)
        return REFUSED
    _write_all(places, settings)
    print("Clean up the input dir")
    return 0


def _write_all(places: Places, settings: Settings) -> None:
    generated = secrets.new_run_secrets()
    service_files.write_portal(places)
    service_files.write_log(places, settings)
    service_files.write_nginx(places, settings)
    environments.write_core(places, settings, generated)
    service_files.write_registry(places, settings, generated)
    service_files.write_registryctl(places, settings)
    environments.write_registryctl(places, settings, generated)
    environments.write_database(places, settings)
    service_files.write_jobservice(places, settings)
    environments.write_jobservice(places, settings, generated)
    folders.make_data_folders(places)
    secrets.keep_or_make(places)
    compose_file.write(places, settings)


def _gencert(options: argparse.Namespace, places: Places) -> int:
    authority.write_internal_certificates(places.inside(options.path), options.days)
    return 0


def _migrate(options: argparse.Namespace, places: Places) -> int:
    """Write the version of this release into a harbor.yml of an earlier one."""
    source = places.inside(options.input)
    tag = compose_file.versions(places)["VERSION_TAG"].removeprefix("v")
    target = options.target or ".".join([*tag.split(".")[:2], "0"])
    text = source.read_text()
    found = re.search(r"^_version: *(\S+)", text, re.MULTILINE)
    if not found:
        print(f"{options.input} has no _version: it cannot be migrated", file=sys.stderr)
        return 1
    if found[1] == target:
        print(f"Version of input harbor.yml is identical to target {target}, no need to upgrade")
        return 0
    output = places.inside(options.output or options.input)
    output.write_text(text.replace(found[0], f"_version: {target}"))
    print(f"migrating from {found[1]} to {target}: done")
    return 0
