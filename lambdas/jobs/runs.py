"""The executions of a state machine, and the runs of each: its first, and one for each redrive."""

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


def is_execution_of(execution_arn: str, state_machine_arn: str) -> bool:
    """Tell whether ``…:execution:<machine>:<name>`` is of ``…:stateMachine:<machine>``."""
    machine = execution_arn.rpartition(":")[0]
    return machine.replace(":execution:", ":stateMachine:", 1) == state_machine_arn
