"""One file over HTTPS into a part file, beginning at what is there (RFC 9110, ranges)."""

import re
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urljoin

from deployments.intake import parts
from deployments.intake.addresses import target_of
from deployments.intake.space import require_room
from deployments.models import IncomingArchive
from lib.errors import ServiceError
from lib.http import Answer, JSONSession
from lib.sizes import MIB
from operations.errors import StepFailed
from operations.run import Run

_MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_LATER = (408, 425, 429, 500, 502, 503, 504)
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)", re.ASCII)
_WHOLE = re.compile(r"bytes \*/(\d+)", re.ASCII)


class TryAgain(ServiceError):
    """The server cannot now, or the file there has changed: the next attempt may succeed."""


class Download:
    """Attempts to get the rest of one archive. Use in a `with`: the CA lies in a private file."""

    def __init__(self, run: Run, incoming: IncomingArchive) -> None:
        self._run, self._incoming = run, incoming
        self._stack = ExitStack()

    def __enter__(self) -> "Download":
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def go_on(self) -> None:
        """Return when every byte is there. Raises Unreachable, TryAgain or StepFailed."""
        with ExitStack() as stack:
            answer = self._ask(stack)
            if answer.status == 416:
                self._settle(answer)
                return
            self._take(answer)

    def _ask(self, stack: ExitStack) -> Answer:
        """The answer of the server itself; each redirect is looked at like the address given."""
        url = self._incoming.url
        for _ in range(_MOST_REDIRECTS + 1):
            target = target_of(url)
            session = stack.enter_context(
                JSONSession(target.base_url, verify=self._trust(), address=target.ip)
            )
            self._run.checkpoint()
            with self._run.outside(f"Asking {target.host}"):
                answer = session.request("GET", target.path, headers=self._headers(), stream=True)
            stack.callback(answer.raw.close)
            if answer.status not in _REDIRECTS:
                return self._judge(answer, target.host)
            url = urljoin(url, answer.headers.get("Location", ""))
        raise StepFailed(f"{target.host} redirects more than {_MOST_REDIRECTS} times.")

    def _headers(self) -> dict[str, str]:
        """Ask for the rest of the same file; without its mark only for the whole."""
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        have, mark = parts.received(self._incoming), self._run.facts.get("mark")
        if have and mark:
            headers |= {"Range": f"bytes={have}-", "If-Range": mark}
        return headers

    def _judge(self, answer: Answer, host: str) -> Answer:
        if answer.status in (200, 206, 416):
            return answer
        if answer.status in _LATER:
            raise TryAgain(f"{host} answers {answer.status}.")
        advice = {
            401: "Offer the file without a login.",
            403: "Let the console read the file.",
            404: "Check the address.",
        }
        raise StepFailed(
            f"{host} answers {answer.status} for {self._incoming.name}.",
            advice=advice.get(answer.status, "Look at the log of that server."),
        )

    def _settle(self, answer: Answer) -> None:
        """416: nothing lies beyond what is there, or the file there is shorter than ours."""
        whole = _WHOLE.fullmatch(answer.headers.get("Content-Range", ""))
        if whole and int(whole[1]) == parts.received(self._incoming):
            return
        self._begin_anew()
        raise TryAgain("The file there has changed.")

    def _take(self, answer: Answer) -> None:
        have = self._place_of(answer)
        length = answer.headers.get("Content-Length", "")
        total = have + int(length) if length.isdecimal() else None
        self._run.record(mark=_mark_of(answer))
        self._incoming.record(size=total or 0)
        require_room(self._incoming, total or have)
        looked = time.monotonic()
        with parts.writing(self._incoming) as file:
            for block in answer.blocks(MIB):
                file.write(block)
                have += len(block)
                self._run.progress(have, total, "bytes")
                if time.monotonic() - looked > 1:
                    file.flush()
                    self._look(have)
                    looked = time.monotonic()

    def _look(self, have: int) -> None:
        """May this go on? A server that tells no length could fill the disk."""
        self._run.checkpoint()
        require_room(self._incoming, max(have, self._incoming.size))

    def _place_of(self, answer: Answer) -> int:
        """Where the answer begins; a server that sends the whole file makes us begin anew."""
        have = parts.received(self._incoming)
        place = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if answer.status == 206 and place and int(place[1]) == have:
            return have
        self._begin_anew()
        if answer.status == 206:
            raise TryAgain("The server sent another range than was asked for.")
        return 0

    def _begin_anew(self) -> None:
        parts.discard(self._incoming)

    def _trust(self) -> str | bool:
        if not self._incoming.ca_pem:
            return True
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="slipway-ca-"))
        path = Path(folder, "ca.pem")
        path.write_text(self._incoming.ca_pem)
        return str(path)


def _mark_of(answer: Answer) -> str:
    """What names this very version of the file: a strong ETag, else its time; else nothing."""
    tag = answer.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified", "")
