"""Runs contestants side by side, so that a busy machine hits them alike."""

import random
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

R = TypeVar("R")


def interleaved(
    contestants: Sequence[str], rounds: int, run: Callable[[str], R]
) -> list[dict[str, R]]:
    """Return the runs of each round: every contestant once, in an order that changes."""
    chance = random.Random(rounds)
    found = []
    for number in range(rounds):
        order = random.Random(chance.random()).sample(contestants, len(contestants))
        found.append({name: run(name) for name in order})
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return found
