"""Starts the job service: an API on port 8080 and the workers."""

import logging
import os
from pathlib import Path

import yaml

from lab.release.standin.jobservice.garbage import GarbageCollection
from lab.release.standin.jobservice.jobs import JobService
from lab.release.standin.jobservice.replication import Replication
from lab.release.standin.wire.redis import Redis
from lab.release.standin.wire.server import serve

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
config = yaml.safe_load(Path("/etc/jobservice/config.yml").read_text())
pool = config["worker_pool"]
secret = os.environ["JOBSERVICE_SECRET"]
garbage = GarbageCollection(
    core=os.environ["CORE_URL"], registryctl=os.environ["REGISTRY_CONTROLLER_URL"],
    cache=Redis(os.environ["_REDIS_URL_REG"]), secret=secret)
replication = Replication(
    core=os.environ["CORE_URL"], registry=os.environ["REGISTRY_URL"], secret=secret,
    account=(os.environ["REGISTRY_CREDENTIAL_USERNAME"],
             os.environ["REGISTRY_CREDENTIAL_PASSWORD"]))
service = JobService(
    redis=Redis(pool["redis_pool"]["redis_url"]), namespace=pool["redis_pool"]["namespace"],
    logs=Path(config["job_logs"]["base_dir"]), secret=secret,
    kinds={"GARBAGE_COLLECTION": garbage.run, "REPLICATION": replication.run})
logging.info("Harbor stand-in jobservice is starting with %s workers", pool["workers"])
service.start_workers(pool["workers"])
serve(service.router().handle, config["port"])
