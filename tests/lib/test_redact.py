import base64
import json
from urllib.parse import quote

import pytest

from lib.redact import MASK, Redactor

SECRET = 'p"a/ss wörd+1'


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET,
        base64.b64encode(SECRET.encode()).decode(),
        quote(SECRET, safe=""),
        json.dumps(SECRET)[1:-1],
    ],
)
def test_masks_every_spelling_that_travels(spelling):
    redact = Redactor()
    redact.add(SECRET)

    assert redact(f"login with {spelling} done") == f"login with {MASK} done"


def test_masks_each_line_of_a_key():
    redact = Redactor()
    redact.add("-----BEGIN KEY-----\nMIIBabcdef\n-----END KEY-----")

    assert "MIIBabcdef" not in redact("engine said: MIIBabcdef is wrong")


def test_leaves_words_alone_when_the_secret_is_no_secret():
    redact = Redactor()
    redact.add("ok")
    redact.add("")
    redact.add(None)

    assert redact("all ok") == "all ok"
