"""Settings: complete in .env.example, and safe by refusal."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def test_every_variable_is_in_the_example():
    settings = "".join(
        (ROOT / "config" / name).read_text() for name in ("settings.py", "sign_in.py")
    )
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', settings))
    listed = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert read == listed


def check(**environment):
    return subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, capture_output=True, text=True,
        env={k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"} | environment,
        check=False,
    )


@pytest.mark.parametrize("change", [{}, {"DEBUG": "True", "SECRET_KEY": "s" * 50}])
def test_refuses_to_listen_outside_with_unsafe_settings(change, tmp_path):
    result = check(SLIPWAY_BIND="192.0.2.1", SLIPWAY_DATA_DIR=str(tmp_path), **change)

    assert result.returncode
    assert "does not listen on 192.0.2.1" in result.stderr


def test_a_part_of_a_lifetime_that_would_renew_for_ever_is_refused(tmp_path):
    result = check(SLIPWAY_DATA_DIR=str(tmp_path), CERTIFICATE_RENEW_PERCENT="0")

    assert result.returncode
    assert "1 to 99 percent, not 0" in result.stderr


def test_a_file_system_that_hosts_are_not_asked_to_make_is_refused(tmp_path):
    result = check(SLIPWAY_DATA_DIR=str(tmp_path), VOLUME_FILESYSTEM="btrfs")

    assert result.returncode
    assert "btrfs" in result.stderr


def test_listens_outside_with_keys_of_its_own(tmp_path):
    from config.keys import ensure_keys

    assert ensure_keys(tmp_path)
    assert not ensure_keys(tmp_path)
    assert (tmp_path / "console.env").stat().st_mode & 0o777 == 0o600

    result = check(SLIPWAY_BIND="192.0.2.1", SLIPWAY_DATA_DIR=str(tmp_path))

    assert result.returncode == 0, result.stderr
