"""Tests run with a company's CA bundle that knows none of our authorities: it must disturb nothing.

Programs of others that need the caller's own bundle, such as pip, get it back.
"""

import os

from requests.certs import where

_OURS, _CALLERS = "REQUESTS_CA_BUNDLE", "SLIPWAY_TEST_CALLERS_BUNDLE"


def use_a_foreign_bundle() -> None:
    """Once for all processes of a run: they inherit it, and what it replaced."""
    os.environ.setdefault(_CALLERS, os.environ.get(_OURS, ""))
    os.environ[_OURS] = where()


def callers_environment() -> dict[str, str]:
    """As it was when the tests were started."""
    found = dict(os.environ)
    bundle = found.pop(_CALLERS)
    return found | {_OURS: bundle} if bundle else {k: v for k, v in found.items() if k != _OURS}
