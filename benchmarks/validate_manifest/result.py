"""What each contestant finds out; -1 for what it does not look at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """Counts over one manifest."""

    lines: int
    usable: int = -1
    boxes: int = -1
    classes: int = -1
