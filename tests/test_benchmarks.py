"""Benchmarks run seldom; that each still fits the code is seen here."""

from importlib import import_module

import pytest

from benchmarks.__main__ import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_can_begin(name):
    assert callable(import_module(f"benchmarks.{name}").main)
