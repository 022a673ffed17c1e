"""The clock of the embedded AWS: how long a duration that AWS waits takes here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """Durations of waiting, shortened ``speed`` times.

    It applies where AWS only waits: Wait states, Retry intervals, HeartbeatSeconds, TimeoutSeconds
    of callbacks and executions, Lambda's asynchronous retries. It does not apply to work that runs
    at this machine's speed: a function's timeout stays as it is.
    """

    speed: float = 1.0

    def __post_init__(self) -> None:
        if not self.speed > 0:
            raise ValueError(f"clock_speed must be greater than 0, found {self.speed}")

    def real(self, seconds: float) -> float:
        """Return the seconds on the wall that stand for ``seconds`` at AWS."""
        return seconds / self.speed
