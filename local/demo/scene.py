"""Draws a picture with shapes to be found in it, and says exactly where they are."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

CLASSES = ("circle", "square", "triangle")

_CORNERS = {"circle": 40, "square": 4, "triangle": 3}
_WIDTHS, _HEIGHTS = (240, 320, 400), (200, 240, 320)
_BLOTCH = 20
"""Pixels on a side of a patch of colour of the ground, before it is blurred into the next."""
_GRAIN = 40
"""Steps of brightness by which neighbouring pixels differ at most."""
_STROKES = 6
"""Lines that mean nothing."""
_SMALLEST, _LARGEST = 40, 110
"""Diameters of the circle around a shape, in pixels."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape's class and its extent in pixels."""

    class_id: int
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and the shapes on it."""

    picture: Image.Image
    shapes: tuple[Shape, ...]


def draw_scene(randomness: random.Random, most_shapes: int) -> Scene:
    """Draw up to so many shapes, turned any way and of any colour, on textured ground.

    The shapes are apart from each other, and whole.
    """
    picture = _ground(randomness, randomness.choice(_WIDTHS), randomness.choice(_HEIGHTS))
    circles: list[tuple[float, float, float]] = []
    shapes = []
    for _ in range(most_shapes):
        diameter = randomness.uniform(_SMALLEST, _LARGEST)
        x = randomness.uniform(diameter / 2, picture.width - diameter / 2)
        y = randomness.uniform(diameter / 2, picture.height - diameter / 2)
        if any(math.dist((x, y), each[:2]) < (diameter + each[2]) / 2 for each in circles):
            continue
        circles.append((x, y, diameter))
        shapes.append(_draw_shape(randomness, picture, x, y, diameter))
    return Scene(picture, tuple(shapes))


def _ground(randomness: random.Random, width: int, height: int) -> Image.Image:
    across, down = width // _BLOTCH, height // _BLOTCH
    patches = Image.frombytes("RGB", (across, down), randomness.randbytes(3 * across * down))
    muted = patches.point(lambda value: 60 + value * 140 // 255)
    colours = muted.resize((width, height), Image.Resampling.BICUBIC)
    grain = Image.frombytes("RGB", (width, height), randomness.randbytes(3 * width * height))
    ground = ImageChops.add(
        colours, grain.point(lambda value: value * _GRAIN // 255), offset=-_GRAIN // 2
    )
    canvas = ImageDraw.Draw(ground)
    for _ in range(_STROKES):
        ends = [(randomness.randrange(width), randomness.randrange(height)) for _ in range(2)]
        canvas.line(ends, fill=_colour(randomness), width=randomness.randint(1, 4))
    return ground


def _draw_shape(
    randomness: random.Random, picture: Image.Image, x: float, y: float, diameter: float
) -> Shape:
    class_id = randomness.randrange(len(CLASSES))
    corners, turn = _CORNERS[CLASSES[class_id]], randomness.uniform(0, math.tau)
    outline = [
        (x + diameter / 2 * math.cos(angle), y + diameter / 2 * math.sin(angle))
        for angle in (turn + math.tau * corner / corners for corner in range(corners))
    ]
    mask = Image.new("L", picture.size)
    ImageDraw.Draw(mask).polygon(outline, fill=255)
    picture.paste(_colour(randomness), mask=mask)
    left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
    return Shape(class_id, left, top, right - left, bottom - top)


def _colour(randomness: random.Random) -> tuple[int, int, int]:
    """Choose a colour that the muted ground does not have."""
    red, green, blue = (randomness.choice((0, 195)) + randomness.randrange(60) for _ in range(3))
    return red, green, blue
