"""Draws boxes on images."""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from cli.detector.detector import Detection
from cli.detector.images import Pixels

_COLOURS = (
    (230, 25, 75),
    (0, 130, 200),
    (60, 180, 75),
    (245, 130, 48),
    (145, 30, 180),
    (0, 128, 128),
    (170, 110, 40),
    (128, 0, 0),
)


def draw(
    pixels: Pixels, detections: Sequence[Detection], class_names: Sequence[str]
) -> Image.Image:
    """Return the image with a box, a class and a score for each detection, the best on top."""
    image = Image.fromarray(pixels)
    canvas = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=max(12, image.height // 40))
    line = max(2, image.height // 250)
    for found in reversed(detections):
        colour = _COLOURS[found.class_id % len(_COLOURS)]
        left, top = found.xmin * image.width, found.ymin * image.height
        right, bottom = found.xmax * image.width, found.ymax * image.height
        canvas.rectangle((left, top, right, bottom), outline=colour, width=line)
        label = f"{class_names[found.class_id]} {found.score:.2f}"
        _, _, width, height = canvas.textbbox((0, 0), label, font=font)
        left = max(0.0, min(left, image.width - width - 4))
        top = max(0.0, top - height - 4)
        canvas.rectangle((left, top, left + width + 4, top + height + 4), fill=colour)
        canvas.text((left + 2, top + 1), label, font=font, fill="white")
    return image
