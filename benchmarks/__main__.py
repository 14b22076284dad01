"""Runs one benchmark on a fresh console of its own: python -m benchmarks pages [--quick]."""

import argparse
import importlib
import os
import socket
import sys
import tempfile
from pathlib import Path

NAMES = ("log_latency", "container_log", "pages", "portal", "deploy", "certificates")


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--quick", action="store_true", help="smaller amounts, rougher figures")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as folder:
        prepare(Path(folder))
        benchmark = importlib.import_module(f"benchmarks.{chosen.name}")
        return benchmark.main(quick=chosen.quick)


def prepare(folder: Path) -> None:
    """An empty, migrated database and keys in `folder`; Django is ready to be imported from."""
    from config.keys import ensure_keys

    ensure_keys(folder)
    (folder / "static").mkdir()
    os.environ.update(
        SLIPWAY_DATA_DIR=str(folder),
        SLIPWAY_PORT=str(_free_port()),
        LOG_LEVEL="WARNING",
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
        # Playwright keeps a loop in this thread; rows are written from it all the same.
        DJANGO_ALLOW_ASYNC_UNSAFE="1",
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


if __name__ == "__main__":
    sys.exit(main())
