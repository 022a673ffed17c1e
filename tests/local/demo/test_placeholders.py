"""The flat pictures in place of images that are not at hand."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from local.demo.placeholders import placeholder, placeholders


@pytest.mark.parametrize(("suffix", "form"), [(".jpg", "JPEG"), (".png", "PNG")])
def test_a_placeholder_is_small_in_bytes_however_large_the_picture(suffix: str, form: str) -> None:
    content = placeholder(4000, 3000, suffix)
    with Image.open(io.BytesIO(content)) as drawn:
        assert (drawn.size, drawn.format) == ((4000, 3000), form)
    assert len(content) < 250_000


def test_placeholders_are_drawn_for_the_lines_that_declare_a_size() -> None:
    def line(ref: str, **label: object) -> bytes:
        return json.dumps({"source-ref": ref, "bb": label}).encode()

    manifest = [
        line("s3://b/a.PNG", image_size=[{"width": 30, "height": 20, "depth": 3}]),
        line("s3://b/no-size.jpg", annotations=[]),
        line("s3://b/odd.jpg", image_size=[{"width": "wide", "height": 20}]),
        line("s3://b/huge.jpg", image_size=[{"width": 10**6, "height": 10**6}]),
        b"no json",
        b"[]",
        line("s3://b/c.jpeg", image_size=[{"width": 10, "height": 10, "depth": 3}]),
    ]
    drawn = {uri: Image.open(io.BytesIO(content)) for uri, content in placeholders(manifest)}
    assert {uri: (image.format, image.size) for uri, image in drawn.items()} == {
        "s3://b/a.PNG": ("PNG", (30, 20)),
        "s3://b/c.jpeg": ("JPEG", (10, 10)),
    }
