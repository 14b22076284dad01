"""RQ's worker as we run it: comes back quickly when Redis does, and ends politely."""

import os
import signal
from contextlib import suppress

from rq import Worker

from operations.hold import leaving


class OperationWorker(Worker):
    """One operation at a time, in a fork of its own; state and resuming are not RQ's business."""

    # RQ doubles its pause up to a minute; a person who waits for a button should not.
    max_connection_wait_time = 4.0

    def handle_warm_shutdown_request(self) -> None:
        """Asked to end: the work-horse stops at its next checkpoint and hands its operation over.

        Only the work-horse is asked, not its group: a program it runs is to end in peace.
        """
        super().handle_warm_shutdown_request()
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)

    def setup_work_horse_signals(self) -> None:
        super().setup_work_horse_signals()
        signal.signal(signal.SIGTERM, lambda *_: leaving.set())
