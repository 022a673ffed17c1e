"""The runs of an execution: its first, and one for each redrive."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Runs:
    """How far an execution has come; a run's number is the redrive count that it has."""

    newest: float
    is_running: bool
    """Whether the newest run is under way."""

    def has_ended(self, run: int) -> bool:
        """Tell whether a run has ended; what has been never becomes untrue."""
        return run < self.newest or (run == self.newest and not self.is_running)


FORGOTTEN = Runs(math.inf, is_running=False)
"""Of an execution that Step Functions does not know (any more): whatever it ran has ended."""
