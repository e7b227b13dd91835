"""The side thread that writes event batches, tells what is still running, and has more workers brought in.

It sleeps while nothing is going on. It calls no node; the pace of everything here is the tick.
"""

from __future__ import annotations

import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .channel import Channel
    from .output import Logs
    from .run import Runner

TICK_S = 0.005
FLUSH_S = 0.016
PROGRESS_S = 0.05


class Monitor:
    """Watches a runner."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._wake = threading.Event()

    def wake(self) -> None:
        """Something was queued or a run begins: look soon."""
        self._wake.set()

    def start(self, runner: Runner, logs: Logs) -> None:
        """Start the thread."""
        threading.Thread(target=self._watch, args=(runner, logs), daemon=True, name="loom-monitor").start()

    def _may_rest(self, runner: Runner) -> bool:
        """Is nothing going on, and all told?"""
        if self._channel.pending():
            return False
        with runner.scheduler.lock:
            return runner.run_id is None or runner.pauses.is_all_held()

    def _watch(self, runner: Runner, logs: Logs) -> None:
        flushed_s = told_s = 0.0
        seen = -1
        while True:
            if self._may_rest(runner):
                self._wake.wait()
            self._wake.clear()
            time.sleep(TICK_S)
            now_s = time.monotonic()
            with runner.scheduler.lock:
                if runner.run_id is not None:
                    runner.scheduler.look(seen)
                    seen = runner.scheduler.finished
                    if now_s - told_s >= PROGRESS_S:
                        runner.tell_running()
                        told_s = now_s
                    elif now_s - flushed_s >= FLUSH_S:
                        runner.tell_started()
            if now_s - flushed_s >= FLUSH_S:
                self._channel.flush()
                logs.tick()
                flushed_s = now_s
