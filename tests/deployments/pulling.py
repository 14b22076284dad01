"""Many clients that pull without pause, and what they saw: failures and served certificates."""

import hashlib
import http.client
import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field

from deployments.clients import open_registry
from deployments.selftest import PROJECT
from harbor.small_image import MANIFEST_TYPE, make_small_image

# After these Go's HTTP client, and with it Docker, asks an idle connection's GET once more.
_GONE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


@dataclass
class Seen:
    """What all clients together saw."""

    pulls: list[tuple[float, str]] = field(default_factory=list)
    retried: int = 0
    failures: list[str] = field(default_factory=list)

    def last_of(self, fingerprint: str) -> float:
        """When a new connection met this certificate last; by time.time()."""
        return max((at for at, seen in self.pulls if seen == fingerprint), default=0.0)


class _Connection(http.client.HTTPSConnection):
    """Leads to the registry's address, also when it connects again after “Connection: close”."""

    def __init__(self, instance, context):
        super().__init__(instance.fqdn, instance.https_port, timeout=30, context=context)
        self._address = instance.host.address

    def connect(self):
        plain = socket.create_connection((self._address, self.port), timeout=30)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)
        self.was_used = False

    def fingerprint(self) -> str:
        return hashlib.sha256(self.sock.getpeercert(binary_form=True)).hexdigest()


class Pulling:
    """Pulls of one small image at `rate` per second, each on a connection of its own.

    Beside them `faithful` clients keep their connection. On one that has served before, a GET is
    asked once more when the server has closed it meanwhile, as Docker does; on a new one never.
    """

    def __init__(self, instance, *, trusted_pem: str, folder, rate: float, faithful: int = 4):
        self.instance, self.rate, self.seen = instance, rate, Seen()
        self._context = ssl.create_default_context(cadata=trusted_pem)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._next = 0
        file = folder / "trust.pem"
        file.write_text(trusted_pem)
        repository = f"{PROJECT}/pulled"
        with open_registry(instance, str(file)) as client:
            client.push(repository, "v1", make_small_image())
            self._token = client.token(repository, ["pull"]).raw
        self._path = f"/v2/{repository}"
        threads = min(24, max(4, int(rate / 2)))
        self._threads = [threading.Thread(target=self._pull_often) for _ in range(threads)]
        self._threads += [threading.Thread(target=self._stay) for _ in range(faithful)]

    def __enter__(self):
        self.started = time.time()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.seconds = time.time() - self.started

    def await_pulls(self, number: int) -> None:
        """Until so many more have been made, or one has failed."""
        wanted = len(self.seen.pulls) + number
        deadline = time.time() + 120
        while len(self.seen.pulls) < wanted and not self.seen.failures:
            assert time.time() < deadline, "nobody pulls"
            self._stop.wait(0.05)

    def _pull_often(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                due = self.started + self._next / self.rate
                self._next += 1
            if self._stop.wait(max(0.0, due - time.time())):
                return
            self._try(self._one_pull)

    def _one_pull(self) -> None:
        connection = self._connect()
        met = time.time(), connection.fingerprint()
        try:
            document = json.loads(self._get(connection, "/manifests/v1"))
            for layer in document["layers"]:
                connection = self._get_on(connection, f"/blobs/{layer['digest']}")
        finally:
            connection.close()
        self.seen.pulls.append(met)

    def _stay(self) -> None:
        connection = None
        while not self._stop.wait(0.1):
            connection = self._try(
                lambda kept=connection: self._get_on(kept or self._connect(), "/manifests/v1")
            )
        if connection:
            connection.close()

    def _get_on(self, connection, path: str) -> _Connection:
        """The connection that answered: another one, when the server had closed this one."""
        try:
            self._get(connection, path)
        except _GONE:
            if not connection.was_used:
                raise
            connection.close()
            self.seen.retried += 1
            connection = self._connect()
            self._get(connection, path)
        return connection

    def _try(self, call):
        try:
            return call()
        except Exception as error:  # noqa: BLE001  (whatever it is, a client would have failed)
            self.seen.failures.append(f"{time.time() - self.started:.2f} s: {error!r}")
            return None

    def _connect(self) -> _Connection:
        connection = _Connection(self.instance, self._context)
        connection.connect()
        return connection

    def _get(self, connection, path: str) -> bytes:
        connection.request("GET", self._path + path, headers={
            "Authorization": f"Bearer {self._token}", "Accept": MANIFEST_TYPE,
        })
        answer = connection.getresponse()
        body = answer.read()
        connection.was_used = True
        assert answer.status == 200, f"{answer.status} {body[:200]!r}"
        return body
