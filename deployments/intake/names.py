"""Which file names an installer archive may have; never a path."""

import re
from urllib.parse import unquote, urlsplit

from operations.errors import Refused

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,150}\.tgz")


def is_file_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name))


def require_file_name(name: str) -> str:
    """`name` as it came. Raises Refused."""
    if not is_file_name(name):
        raise Refused(
            f"“{name[:80]}” is no file name of an installer archive.",
            advice="Use letters, digits, dots, dashes and underscores, and end it in .tgz.",
        )
    return name


def name_in(url: str) -> str:
    """The file name at the end of an address; may be none that we take."""
    return unquote(urlsplit(url).path).rpartition("/")[2]
