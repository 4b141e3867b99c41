"""When to follow advice: not at once, and not again soon. A pure state machine, with the time passed in.

How much gain is worth a move is decided by the service (`hysteresis` in POST /v1/plan), which knows what runs.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Rules:
    patience: int = 3
    """Windows in a row that must advise it, all in the same direction."""
    cooldown: float = 1800
    """Seconds after a move in which there is no other: what a move costs in caches and time."""
    least_requests: int = 200
    """A window with fewer requests says nothing."""


class Hysteresis:
    def __init__(self, ratio, rules=Rules()):
        self.ratio, self.rules = ratio, rules
        self.waiting, self.direction, self.moved_at = 0, 0, None

    def decide(self, now, requests, best, advised):
        """What to do after a window: ("keep" or "resize", reason). After "resize", `ratio` is the new one.

        `best` is the recommended ratio; `advised` whether the service thinks that going there is worth it.
        """
        if requests < self.rules.least_requests:
            return "keep", "few_requests"
        direction = (best > self.ratio) - (best < self.ratio)
        if not advised or direction == 0:
            self.waiting = 0
            return "keep", "small_gain"
        self.waiting = self.waiting + 1 if direction == self.direction else 1
        self.direction = direction
        if self.waiting < self.rules.patience:
            return "keep", "not_yet_lasting"
        if self.moved_at is not None and now < self.moved_at + self.rules.cooldown:
            return "keep", "moved_recently"
        self.ratio, self.moved_at, self.waiting = best, now, 0
        return "resize", "lasting_gain"
