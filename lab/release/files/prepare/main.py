"""The entry point of the prepare image."""

import sys

from lab.release.standin.prepare.commands import main

sys.exit(main(sys.argv[1:]))
