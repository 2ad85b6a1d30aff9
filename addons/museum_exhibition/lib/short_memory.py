# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was found a moment ago, for those who ask the same at once. Imports no Odoo."""

import time
from collections.abc import Callable, Hashable
from typing import Any


class ShortMemory:
    """Remembers answers for some seconds, in this process alone.

    For what may be that old, like a proposal that is checked when somebody takes it.
    Two threads may both look something up; the later answer stays.

    :param seconds: how long an answer is good
    :param most: answers that are kept at one time
    :param clock: tells seconds
    """

    def __init__(
        self,
        seconds: float,
        most: int = 256,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._known: dict[Hashable, tuple[float, Any]] = {}

    def get(self, key: Hashable, find: Callable[[], Any]) -> Any:
        """What is known of ``key``, else what ``find()`` returns now."""
        now = self._clock()
        until, answer = self._known.get(key, (now, None))
        if until > now:
            return answer
        answer = find()
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[key] = (now + self._seconds, answer)
        return answer
