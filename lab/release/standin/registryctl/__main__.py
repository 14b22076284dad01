"""Starts the registry controller on port 8080."""

import logging
import os
from pathlib import Path

from lab.release.standin.wire.server import serve

from .controller import controller

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
logging.info("Harbor stand-in registryctl is starting")
serve(controller(Path("/storage"), os.environ["JOBSERVICE_SECRET"]).handle, 8080)
