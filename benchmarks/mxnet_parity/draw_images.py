"""Draws small images of the kinds that occur: ``python -m benchmarks.mxnet_parity.draw_images``."""

from pathlib import Path

import numpy as np
from PIL import Image

FIXTURES = Path("tests/unit/detector/mxnet")

ORIENTATION = 0x0112
TURNED = 6
"""EXIF's "rotate by 90 degrees to show"."""


def main() -> None:
    folder = FIXTURES / "images"
    folder.mkdir(parents=True, exist_ok=True)
    y, x = np.mgrid[:20, :30]
    pixels = np.stack([8 * x, 12 * y, 4 * (x + y)], -1).astype(np.uint8)
    colour = Image.fromarray(pixels)
    turned = Image.Exif()
    turned[ORIENTATION] = TURNED
    colour.save(folder / "colour.jpg", quality=90)
    colour.save(folder / "turned.jpg", quality=90, exif=turned)
    colour.save(folder / "turned.png", exif=turned)
    colour.convert("L").save(folder / "grey.jpg", quality=90)
    colour.convert("L").save(folder / "grey.png")
    Image.fromarray(257 * (pixels[..., 0].astype(np.uint16)) + 90).save(folder / "deep_grey.png")
    colour.convert("P", palette=Image.Palette.ADAPTIVE).save(folder / "palette.png")
    see_through = colour.copy()
    see_through.putalpha(Image.fromarray((8 * x).astype(np.uint8)))
    see_through.save(folder / "see_through.png")
    colour.convert("CMYK").save(folder / "print.jpg", quality=90)


if __name__ == "__main__":
    main()
