"""The table that the v2 modules fill; templates begin with the version."""

from lab.prism.routing import Routes

V2 = Routes()
