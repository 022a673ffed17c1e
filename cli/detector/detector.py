"""What every detector does, whatever it runs on: pixels in, boxes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cli.detector.images import Pixels


@dataclass(frozen=True, slots=True)
class Detection:
    """One box: corners as shares of the image's width and height, from its upper left."""

    class_id: int
    score: float
    xmin: float
    ymin: float
    xmax: float
    ymax: float


class Detector(Protocol):
    """A model that is ready to run."""

    @property
    def class_names(self) -> Sequence[str]:
        """Return the names by class id."""

    @property
    def score_threshold(self) -> float | None:
        """Return the score with the best F1 where it was measured."""

    def detect(self, pixels: Pixels) -> list[Detection]:
        """Return the boxes in an image, best first."""
