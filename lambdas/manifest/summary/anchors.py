"""The anchors of the algorithm's network: the boxes that it learns to correct into others."""

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from lambdas.manifest.counts.sample import SampledBox
from lambdas.manifest.policy import BaseNetwork


class _Shape(NamedTuple):
    """Anchors of one width and height, one in each of ``cells`` x ``cells`` places."""

    area: float
    width: float
    height: float
    cells: int
    step: float


class _Layer(NamedTuple):
    """A feature layer: the sizes of its anchors, and their further ratios of width to height."""

    size: float
    larger: float
    ratios: tuple[float, ...]


_FEW, _MANY = (2, 1 / 2), (2, 1 / 2, 3, 1 / 3)
# MXNet's SSD, which the built-in algorithm is: symbol_factory.get_config in
# https://github.com/apache/mxnet/blob/1.4.1/example/ssd/symbol/symbol_factory.py; the networks in
# two model artifacts that SageMaker wrote have the same numbers.
_SIX = (
    _Layer(0.1, 0.141421, _FEW),
    _Layer(0.2, 0.272029, _MANY),
    _Layer(0.37, 0.44699, _MANY),
    _Layer(0.54, 0.619193, _MANY),
    _Layer(0.71, 0.790443, _FEW),
    _Layer(0.88, 0.961249, _FEW),
)
_SEVEN = (
    _Layer(0.07, 0.1025, _FEW),
    _Layer(0.15, 0.2121, _MANY),
    _Layer(0.3, 0.3674, _MANY),
    _Layer(0.45, 0.5196, _MANY),
    _Layer(0.6, 0.6708, _MANY),
    _Layer(0.75, 0.8216, _FEW),
    _Layer(0.9, 0.9721, _FEW),
)
_SEVEN_FROM = 448  # the image_shape from which on vgg-16 has a seventh layer
# Pixels between the anchors of a layer, where they are not spread evenly.
_STEPS = {300: (8, 16, 32, 64, 100, 300), 512: (8, 16, 32, 64, 128, 256, 512)}


@dataclass(frozen=True, slots=True)
class Anchors:
    """All anchors of a network, by area, so that few are compared with a box.

    Attributes:
        count: how many there are, all places counted.
    """

    shapes: tuple[_Shape, ...]
    areas: tuple[float, ...]
    count: int

    def sizes(self) -> list[tuple[float, float]]:
        """Return widths and heights, as shares of the image's side."""
        return [(shape.width, shape.height) for shape in self.shapes]

    def reach(self, box: SampledBox, overlap: float) -> bool:
        """Whether the intersection of a box with an anchor is ``overlap`` of their union or more.

        Of anchors of one shape, the one whose centre is nearest overlaps most.
        """
        _, left, top, width, height = box
        area, share = width * height, overlap / (1 + overlap)
        first = bisect_left(self.areas, area * overlap)
        last = bisect_right(self.areas, area / overlap)
        for anchor, across, down, cells, step in self.shapes[first:last]:
            needed = share * (area + anchor)
            widest = min(width, across)
            highest = min(height, down)
            if widest * highest < needed:
                continue
            widest = min(widest, (width + across) / 2 - _apart(left + width / 2, cells, step))
            highest = min(highest, (height + down) / 2 - _apart(top + height / 2, cells, step))
            if widest > 0 and widest * highest >= needed:
                return True
        return False


def _apart(centre: float, cells: int, step: float) -> float:
    """Return how far the centre of the nearest anchor is away, along one side of the image."""
    cell = min(max(int(centre / step), 0), cells - 1)
    return abs(centre - (cell + 0.5) * step)


@cache
def anchors(network: BaseNetwork, image_shape: int) -> Anchors:
    """Return the anchors that a base network has at an image_shape in pixels."""
    seven = network == "vgg-16" and image_shape >= _SEVEN_FROM
    layers = _SEVEN if seven else _SIX
    cells = _resnet_cells(image_shape) if network == "resnet-50" else _vgg_cells(image_shape)
    pixels = _STEPS.get(image_shape, ()) if network == "vgg-16" else ()
    shapes = []
    for number, layer in enumerate(layers):
        places = cells[number]
        step = pixels[number] / image_shape if pixels else 1 / places
        sizes = [(layer.size, layer.size), (layer.larger, layer.larger)]
        sizes += [
            (layer.size * math.sqrt(ratio), layer.size / math.sqrt(ratio)) for ratio in layer.ratios
        ]
        shapes += [_Shape(width * height, width, height, places, step) for width, height in sizes]
    shapes.sort()
    count = sum(shape.cells**2 for shape in shapes)
    return Anchors(tuple(shapes), tuple(shape.area for shape in shapes), count)


def _resnet_cells(image_shape: int) -> list[int]:
    """Return the cells along a side of each layer, of which each has half as many."""
    return _halving(math.ceil(image_shape / 16), 6)


def _vgg_cells(image_shape: int) -> list[int]:
    """Return the same; only the third pooling rounds up, and the last layers are not padded."""
    third = math.ceil(image_shape // 4 / 2)
    if image_shape >= _SEVEN_FROM:
        cells = [third, *_halving(third // 2, 5)]
        return [*cells, max(cells[-1] - 1, 1)]
    cells = [third, *_halving(third // 2, 3)]
    return [*cells, max(cells[-1] - 2, 1), max(cells[-1] - 4, 1)]


def _halving(first: int, layers: int) -> list[int]:
    cells = [first]
    while len(cells) < layers:
        cells.append(math.ceil(cells[-1] / 2))
    return cells
