"""What people read goes through gettext: in templates, models, forms, the admin, and messages.

As far as a simple look can tell: a text in a variable is not seen.
"""

import ast
import re
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.utils.functional import Promise

from tests.translations.extracting import ROOT, source_files

# Words that stay as they are: names, units, keys, examples.
NAMES = {
    "Slipway", "Harbor", "Nutanix", "Prism", "Docker", "GiB", "MiB", "CPU", "kbd", "Enter", "CSV",
    "PEM", "SHA", "FQDN", "DNS", "CA", "CRL", "DER", "nbsp", "middot", "ndash", "times", "hellip",
    "ext", "XFS", "SELinux",
}
_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)
_UNSEEN = re.compile(
    r"\{% comment %\}.*?\{% endcomment %\}"
    r"|\{% blocktrans(?:late)?\b.*?\{% endblocktrans(?:late)? %\}"
    r"|<(script|style|code|pre|kbd|title)\b.*?</\1>|<(\w+) class=\"mono\".*?</\2>|<!--.*?-->", re.S,
)
_READ_ALOUD = re.compile(r"\b(?:title|alt|placeholder|aria-label)=\"([^\"]*)\"")
_WORD = re.compile(r"[A-Za-z]{2,}")
# Functions whose text a person reads.
_TELLING = {"error", "warning", "success", "info", "add_message", "message_user", "add_error",
            "ValidationError"}
OURS = [config for config in apps.get_app_configs() if (ROOT / config.label).is_dir()]


def words_left(text: str) -> set[str]:
    return set(_WORD.findall(text)) - NAMES


def templates() -> list[Path]:
    return [file for file in source_files(".html", ".txt") if "templates" in file.parts]


@pytest.mark.parametrize("file", templates(), ids=lambda file: str(file.relative_to(ROOT)))
def test_templates_hold_no_bare_words(file):
    text = _TAGS.sub(" ", _UNSEEN.sub(" ", file.read_text()))
    aloud = " ".join(_READ_ALOUD.findall(text))

    assert words_left(re.sub(r"<[^>]*>", " ", text) + aloud) == set()


def shown_models() -> list[type[Model]]:
    """Those with a page of the admin, and the rows that stand on such a page."""
    pages = admin.site._registry.items()
    inlines = {inline.model for _, page in pages for inline in page.inlines}
    ours = {model for config in OURS for model in config.get_models()}
    return sorted(ours & ({model for model, _ in pages} | inlines), key=lambda m: m._meta.label)


@pytest.mark.parametrize("model", shown_models(), ids=lambda model: model._meta.label)
def test_models_are_named_through_gettext(model):
    bare = [] if isinstance(model._meta.verbose_name, Promise) else ["the model itself"]
    page = admin.site._registry.get(model)
    shown = set(page.get_fields(None) if page and page.fields else ()) | set(
        page.list_display if page else ()
    )
    for field in model._meta.concrete_fields:
        if field.name in shown and not isinstance(field.verbose_name, Promise):
            bare.append(f"{field.name}: its name")
        if field.help_text and not isinstance(field.help_text, Promise):
            bare.append(f"{field.name}: its help")
        bare += [
            f"{field.name}: {label}" for _, label in field.flatchoices
            if not isinstance(label, Promise) and words_left(str(label))
        ]

    assert bare == []


def form_classes(parent: type = forms.BaseForm) -> set[type[forms.BaseForm]]:
    below = {kind for each in parent.__subclasses__() for kind in (each, *form_classes(each))}
    ours = {config.label for config in OURS}
    return {kind for kind in below if kind.__module__.split(".")[0] in ours}


def test_forms_are_labelled_through_gettext():
    bare = [
        f"{kind.__module__}.{kind.__name__}.{name}: {text!r}"
        for kind in form_classes()
        for name, field in kind.declared_fields.items()
        for text in (field.label, field.help_text)
        if text != "" and not isinstance(text, Promise) and not field.widget.is_hidden
    ]

    assert bare == []


def test_columns_actions_and_groups_of_the_admin_are_named_through_gettext():
    bare = []
    for model, page in admin.site._registry.items():
        if model._meta.app_label not in {config.label for config in OURS}:
            continue
        for name in (*page.list_display, *page.get_readonly_fields(None), *(page.actions or ())):
            found = None if name == "__str__" else getattr(page, name, None)
            if callable(found) and not isinstance(
                getattr(found, "short_description", None), Promise
            ):
                bare.append(f"{page.__class__.__name__}.{name}")
        bare += [
            f"{page.__class__.__name__}: {title}" for title, _ in page.fieldsets or ()
            if title and not isinstance(title, Promise)
        ]

    assert bare == []


@pytest.mark.parametrize(
    "file", list(source_files(".py")), ids=lambda file: str(file.relative_to(ROOT))
)
def test_messages_for_people_are_no_bare_text(file):
    bare = [
        (node.lineno, text)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and _tells(node)
        for text in map(_bare_text, node.args)
        if " " in text and words_left(text)
    ]

    assert bare == []


def _tells(call: ast.Call) -> bool:
    """`messages.error(…)`, `form.add_error(…)`, `ValidationError(…)`; a logger is no person."""
    if isinstance(call.func, ast.Name):
        return call.func.id == "ValidationError"
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _TELLING:
        return False
    owner = call.func.value
    return not (isinstance(owner, ast.Name) and owner.id in ("logger", "log"))


def _bare_text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_bare_text(part) for part in node.values)
    return ""
