"""The queue in redis, the workers that empty it, and the API to submit and read jobs."""

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO

from lab.release.standin.wire.caller import call
from lab.release.standin.wire.redis import Redis
from lab.release.standin.wire.router import Router
from lab.release.standin.wire.secret import header, require
from lab.release.standin.wire.server import Answer, Refused, Request

log = logging.getLogger("standin.jobservice")
Say = Callable[[str], None]


@dataclass
class JobService:
    """Runs jobs of the given kinds; a job's state is in redis, its log is a file."""

    redis: Redis
    namespace: str
    logs: Path
    secret: str
    kinds: dict[str, Callable[[dict, Say], None]]

    def router(self) -> Router:
        router = Router()
        router.on("GET", "/api/v1/stats")(self._stats)
        router.on("POST", "/api/v1/jobs")(self._submit)
        router.on("GET", "/api/v1/jobs/{job}")(self._read)
        router.on("GET", "/api/v1/jobs/{job}/log")(self._read_log)
        return router

    def start_workers(self, count: int) -> None:
        for _ in range(count):
            threading.Thread(target=self._work, daemon=True).start()

    def run_next(self, wait_seconds: int) -> bool:
        """Run the job that waits longest; False when none came in time."""
        taken = self.redis.run("BLPOP", self._key("queue"), wait_seconds,
                               timeout=wait_seconds + 5)
        if not taken:
            return False
        self._run(json.loads(taken[1]))  # type: ignore[index]
        return True

    def _stats(self, request: Request) -> Answer:
        self.redis.ping()
        waiting = self.redis.run("LLEN", self._key("queue"))
        return Answer.json({"worker_pools": [{"status": "Healthy", "waiting": waiting}]})

    def _submit(self, request: Request) -> Answer:
        require(request, self.secret)
        job = request.json().get("job") or {}
        if job.get("name") not in self.kinds:
            raise Refused(400, "BAD_REQUEST", f"no job of the name {job.get('name')}")
        job["id"] = uuid.uuid4().hex[:24]
        self._record(job, "Pending")
        self.redis.run("RPUSH", self._key("queue"), json.dumps(job))
        return Answer.json({"job": {"id": job["id"], "status": "Pending"}}, 202)

    def _read(self, request: Request, job: str) -> Answer:
        require(request, self.secret)
        stored = self.redis.run("GET", self._key(f"job_stats:{job}"))
        if not stored:
            raise Refused(404, "NOT_FOUND", f"job {job} is not known")
        return Answer.json(json.loads(str(stored)))

    def _read_log(self, request: Request, job: str) -> Answer:
        require(request, self.secret)
        path = self.logs / f"{job}.log"
        if not job.isalnum() or not path.exists():
            raise Refused(404, "NOT_FOUND", f"job {job} has no log")
        return Answer.text(path.read_text())

    def _work(self) -> None:
        while True:
            try:
                self.run_next(5)
            except (OSError, EOFError, RuntimeError) as problem:
                log.error("the queue cannot be read: %s", problem)
                time.sleep(2)

    def _run(self, job: dict) -> None:
        self._tell(job, "Running")
        try:
            with (self.logs / f"{job['id']}.log").open("a", buffering=1) as file:
                self._run_saying(job, partial(_say, file))
        except Exception:  # noqa: BLE001 - the end of a job, whatever it was
            log.exception("job %s failed", job["id"])
            self._tell(job, "Error")
        else:
            self._tell(job, "Success")

    def _run_saying(self, job: dict, say: Say) -> None:
        try:
            self.kinds[job["name"]](job.get("parameters") or {}, say)
        except Exception as problem:
            say(f"the job failed: {problem}")
            raise

    def _tell(self, job: dict, status: str) -> None:
        self._record(job, status)
        log.info("job %s %s is %s", job["name"], job["id"], status)
        if job.get("status_hook"):
            call("POST", job["status_hook"], headers=header(self.secret),
                 value={"job_id": job["id"], "status": status})

    def _record(self, job: dict, status: str) -> None:
        stats = {"id": job["id"], "name": job["name"], "status": status}
        self.redis.run("SET", self._key(f"job_stats:{job['id']}"), json.dumps(stats), "EX", 86400)

    def _key(self, name: str) -> str:
        return f"{{{self.namespace}}}:{name}"


def _say(file: IO[str], text: str) -> None:
    file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} [INFO] {text}\n")
