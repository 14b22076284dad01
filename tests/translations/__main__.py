"""Takes the source's strings into the Chinese catalogue, compiles it, and says what is wrong.

python -m tests.translations [--check]; with --check nothing is written. Ends with 1 when a string
is missing or wrong.
"""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.translations import chinese  # noqa: E402


def main() -> int:
    words = chinese.updated()
    if "--check" not in sys.argv:
        chinese.save(words)
    found = list(chinese.problems(words))
    said = [*found, f"{len(words)} strings, {len(found)} to mend in {chinese.PO}"]
    sys.stdout.write("\n".join(said) + "\n")
    return 1 if found else 0


sys.exit(main())
