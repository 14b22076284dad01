"""The table that the v4 modules fill; templates begin with the namespace."""

from lab.prism.routing import Routes

V4 = Routes()
