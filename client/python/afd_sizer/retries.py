"""When a request is sent again. Every operation gives the same answer to the same request, so each may be."""
from __future__ import annotations

import dataclasses
import email.utils
import random
import time
from collections.abc import Callable

# Too many requests, and a service that is busy, draining or behind a proxy that did not reach it.
AGAIN = frozenset({408, 429, 502, 503, 504})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Retries:
    """At most `tries` in all. Between two, as long as the service asks for with `Retry-After`, else a time by chance up to
    `first_delay` doubled at each try; never longer than `longest_delay`: a service that asks for more is not asked again."""

    tries: int = 4
    first_delay: float = 0.2
    longest_delay: float = 30.0

    def delay(self, attempt: int, status: int | None, retry_after: str | None,
              chance: Callable[[], float] = random.random, now: Callable[[], float] = time.time) -> float | None:
        """Seconds to wait after try number `attempt` (from 1), or None where there is no other. `status` is None where no
        answer came."""
        if attempt >= self.tries or (status is not None and status not in AGAIN):
            return None
        asked = seconds(retry_after, now())
        if asked is not None:
            return asked if asked <= self.longest_delay else None
        return min(self.longest_delay, self.first_delay * 2 ** (attempt - 1)) * chance()


def seconds(text: str | None, now: float) -> float | None:
    """`Retry-After` (RFC 9110, 10.2.3): seconds, or a date; None where there is none that can be read."""
    if text is None:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return float(text)
    try:
        date = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, date.timestamp() - now)
