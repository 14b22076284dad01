"""The token that makes the first administrator, and nobody else."""

import hashlib
import hmac
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from lib.errors import ServiceError


def new_setup_token() -> str | None:
    """A token for making the first administrator, or None when there is one already."""
    if get_user_model().objects.filter(is_superuser=True).exists():
        _token_file().unlink(missing_ok=True)
        return None
    token = secrets.token_urlsafe(18)
    path = _token_file()
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(_digest(token))
    return token


def setup_is_open() -> bool:
    return _token_file().exists()


def make_first_administrator(*, token: str, username: str, password: str) -> None:
    """Create the administrator and close the door behind it.

    Raises ServiceError when the token is not the one printed on the terminal, or used already.
    """
    try:
        expected = _token_file().read_text()
    except FileNotFoundError:
        raise ServiceError("The first administrator exists already.") from None
    if not hmac.compare_digest(expected, _digest(token.strip())):
        raise ServiceError(
            "This is not the set-up token.",
            advice="Copy it from the terminal in which script/server was started last.",
        )
    users = get_user_model().objects
    with transaction.atomic():
        if users.filter(is_superuser=True).exists():
            raise ServiceError("The first administrator exists already.")
        users.create_superuser(username=username, password=password)
    _token_file().unlink(missing_ok=True)


def _token_file() -> Path:
    return Path(settings.DATA_DIR) / "setup-token"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
