"""A model form whose row is written by a service, and boxes for PEM texts and keys."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget


def few_lines() -> UnfoldAdminTextareaWidget:
    """A box for a short list."""
    return UnfoldAdminTextareaWidget(attrs={"rows": 3})


def several_lines() -> UnfoldAdminTextareaWidget:
    """A box for PEM text."""
    return UnfoldAdminTextareaWidget(attrs={"rows": 6, "spellcheck": "false"})


class SecretTextarea(UnfoldAdminTextareaWidget):
    """Takes several lines and never shows them again, not even beside an error."""

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"})

    def format_value(self, value: Any) -> str:
        return ""


class Recording(forms.ModelForm):
    """A form whose row is written by a service, not by the form."""

    def record(self) -> Any:
        """Call the service with the cleaned values; the row it made."""
        raise NotImplementedError

    def save(self, commit: bool = True) -> Any:
        self.instance = self.record()
        self.save_m2m = lambda: None
        return self.instance
