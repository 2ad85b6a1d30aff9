# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Gathers what happens within a moment, to tell of it once.  Imports no Odoo."""

import logging
import threading
import time
from collections.abc import Callable, Iterable

_logger = logging.getLogger(__name__)


class Coalescer:
    """Calls ``act(key, items)`` a moment after the first :meth:`add`, elsewhere.

    Whoever adds goes on at once and never hears of an error. A thread works while
    there is something to do; what the process had not told when it was killed is lost.

    :param act: may take its time, and may fail: that is logged
    :param seconds: how long is gathered
    """

    def __init__(self, act: Callable[[str, set], object], seconds: float = 0.25):
        self._act = act
        self._seconds = seconds
        self._lock = threading.Lock()
        self._waiting: dict[str, set] = {}
        self._thread: threading.Thread | None = None

    def add(self, key: str, items: Iterable) -> None:
        with self._lock:
            self._waiting.setdefault(key, set()).update(items)
            # After a fork the thread is the parent's: it is not alive here.
            if self._thread and self._thread.is_alive():
                return
            self._thread = threading.Thread(
                target=self._work, name=f"{__name__}.work", daemon=True
            )
            try:
                self._thread.start()
            except RuntimeError:  # no more threads, or the process is ending
                self._thread = None
                _logger.warning("No thread to tell what happened", exc_info=True)

    def _work(self) -> None:
        while True:
            time.sleep(self._seconds)
            with self._lock:
                batch, self._waiting = self._waiting, {}
                if not batch:
                    self._thread = None
                    return
            for key, items in batch.items():
                try:
                    self._act(key, items)
                except Exception:
                    _logger.exception("What happened could not be told")
