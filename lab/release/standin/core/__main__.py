"""Starts core on port 8080; exits with 1 when it cannot, the engine starts it again."""

import logging
import sys

import psycopg2

from lab.release.standin.wire.server import serve

from .application import start
from .database import NotReachable
from .environment import read_environment
from .schema import DirtySchema

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
logging.info("Harbor stand-in core is starting")
try:
    application = start(read_environment())
except (NotReachable, DirtySchema, psycopg2.Error) as problem:
    logging.critical("failed to initialize database: %s", problem)
    sys.exit(1)
logging.info("Harbor stand-in core is ready")
serve(application.handle, 8080)
