"""The least and the greatest values of a label: one table for the fast and for the slow path."""

import math
from dataclasses import dataclass

from msgspec import Meta


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Between which values a number, or the length of a text, is in order.

    ``least`` and ``most`` are in order themselves, unless ``above`` leaves out ``least``.
    """

    least: int
    above: bool = False
    most: int | None = None

    def hold(self, value: float) -> bool:
        """Whether ``value`` is in order."""
        enough = value > self.least if self.above else value >= self.least
        return enough and (self.most is None or value <= self.most)

    def of_number(self, *, whole: bool = False) -> Meta:
        """Return the same for a typed decoder; ``whole`` lets it take 640.0, but not 640.5."""
        multiple = 1 if whole else None
        if self.above:
            return Meta(gt=self.least, le=self.most, multiple_of=multiple)
        return Meta(ge=self.least, le=self.most, multiple_of=multiple)

    def of_length(self) -> Meta:
        """Return the same for the length of a text."""
        return Meta(min_length=self.least, max_length=self.most)


# Of an image, in pixels; the most that a PNG can have: https://www.w3.org/TR/png-3/#11IHDR
SIDE = Bounds(least=0, above=True, most=2**31 - 1)
DEPTH = Bounds(least=3, most=3)
START = Bounds(least=0)  # of a box: left, top
LENGTH = Bounds(least=0, above=True)  # of a box: width, height
CLASS_ID = Bounds(least=0, most=9_999)  # the network's output grows with the highest id
# https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
CLASS_NAME = Bounds(least=1, most=256)


def is_number(value: object) -> bool:
    """Whether a value of JSON is a finite number; Python takes ``true`` for one, too."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_whole(value: object) -> bool:
    """Whether a value of JSON is a whole number, however it is written."""
    return is_number(value) and value == int(value)  # type: ignore[call-overload]
