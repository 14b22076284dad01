"""`python -m lab.release [VERSION]`: build the stand-in release if needed, print its path."""

import sys

from lab.errors import LabError
from lab.release.build import archive

try:
    print(archive(*sys.argv[1:2]))
except LabError as problem:
    sys.exit(str(problem))
