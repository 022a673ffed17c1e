"""Who goes next: at random from a seed, or every possibility in turn."""

import random
from collections.abc import Iterator
from typing import Protocol


class Choices(Protocol):
    """Decides at each point of a run which of several things happens."""

    def choose(self, options: int) -> int:
        """Return a number below ``options``."""


class RandomChoices:
    """One run, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def choose(self, options: int) -> int:
        return self._random.randrange(options)


class EveryChoice:
    """All runs in turn: each run repeats the one before up to its last choice that has a next."""

    def __init__(self) -> None:
        self._prefix: list[int] = []
        self._widths: list[int] = []
        self._at = 0

    def runs(self) -> Iterator["EveryChoice"]:
        """Yield once before every run, until all are done."""
        while True:
            self._at = 0
            self._widths = []
            yield self
            taken = self._prefix[: len(self._widths)]
            while taken and taken[-1] + 1 >= self._widths[len(taken) - 1]:
                taken.pop()
            if not taken:
                return
            taken[-1] += 1
            self._prefix = taken

    def choose(self, options: int) -> int:
        if self._at == len(self._prefix):
            self._prefix.append(0)
        self._widths.append(options)
        choice = self._prefix[self._at]
        self._at += 1
        return choice
