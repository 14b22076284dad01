"""Builds the Harbor stand-in release: an offline installer made from Debian packages only."""

VERSION = "v2.15.2-standin"
