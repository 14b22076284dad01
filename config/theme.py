"""What is mended in the admin's theme until it is mended there."""

from typing import Any

from django.contrib.admin.views.main import ChangeList
from unfold.templatetags import unfold_list


def make_headers_once() -> None:
    """Unfold 0.91 makes a list's headers anew for every row: up to half of a page's time."""
    original = unfold_list.result_headers

    def remembered(changes: ChangeList) -> list[dict[str, Any]]:
        if not hasattr(changes, "headers_made"):
            changes.headers_made = list(original(changes))
        return changes.headers_made

    unfold_list.result_headers = remembered
