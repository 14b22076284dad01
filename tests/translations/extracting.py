"""Finds every string that the console shows through gettext, without the gettext programs."""

from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).parent.parent.parent
_OURS = (
    "certificates", "config", "deployments", "harbor", "hosts", "lib", "notices", "nutanix",
    "operations", "portal", "templates",
)
# Their pages are shown by the console, and they bring no Chinese of their own.
_LIBRARIES = ("unfold", "auditlog", "axes")
_KINDS = (".py", ".html", ".txt")
_KEYWORDS = {
    "_": None, "_now": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}


def strings_of_source() -> Catalog:
    """Every string, with the files it is in."""
    found = Catalog(charset="utf-8")
    for file in source_files(*_KINDS):
        for message, context in _strings_in(file):
            found.add(message, context=context, locations=[(str(file.relative_to(ROOT)), None)])
    known = _strings_of_django()
    for name, file in _library_files():
        for message, context in _strings_in(file):
            if (message if isinstance(message, str) else message[0]) not in known:
                found.add(message, context=context, locations=[(name, None)])
    return found


def source_files(*suffixes: str) -> Iterator[Path]:
    """The files of our own rooms that may hold words for people."""
    for room in _OURS:
        yield from _below(ROOT / room, suffixes)


def _library_files() -> Iterator[tuple[str, Path]]:
    for library in _LIBRARIES:
        home = _home_of(library)
        for file in _below(home, _KINDS):
            yield f"{library}/{file.relative_to(home)}", file


def _strings_of_django() -> set[str]:
    """What Django has Chinese for: its words are good enough for a library's pages."""
    known, home = set(), _home_of("django")
    parts = [each.split(".")[1:] for each in settings.INSTALLED_APPS if each.startswith("django.")]
    for part in (["conf"], *parts):
        file = home.joinpath(*part) / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.mo"
        if not file.exists():
            continue
        with file.open("rb") as opened:
            known |= {m.id if isinstance(m.id, str) else m.id[0] for m in read_mo(opened)}
    return known


def _home_of(library: str) -> Path:
    return Path(find_spec(library).origin).parent


def _below(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    found = (file for file in folder.rglob("*") if file.suffix in suffixes)
    return sorted(file for file in found if not _unused(file.relative_to(folder)))


def _unused(file: Path) -> bool:
    """Migrations show nothing; of a library's extras only those that are installed do."""
    return "migrations" in file.parts or any("crispy" in part for part in file.parts) or (
        "contrib" in file.parts and "filters" not in file.parts
    )


def _strings_in(file: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    source = file.read_text()
    if file.suffix != ".py":
        # Django's own step before xgettext: the tags as calls, all else blanked out. The
        # indentation that is left would be none in Python.
        source = "\n".join(line.strip() for line in templatize(source).splitlines())
    for _, message, _, context in extract("python", BytesIO(source.encode()), _KEYWORDS):
        yield message, context
