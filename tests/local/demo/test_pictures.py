"""The demo's own pictures."""

from __future__ import annotations

import io
import json
from itertools import pairwise

from PIL import Image, ImageChops

from local.demo.pictures import demo_data_set
from local.demo.scene import CLASSES

DATA_SET = demo_data_set("s3://bucket/images/", "shapes", "Demo")
RECORDS = [json.loads(line) for line in DATA_SET.manifest.splitlines()]


def picture(record: dict[str, str]) -> Image.Image:
    name = record["source-ref"].removeprefix("s3://bucket/images/")
    return Image.open(io.BytesIO(DATA_SET.images[name]))


def pixels(images: dict[str, bytes]) -> dict[str, bytes]:
    return {name: Image.open(io.BytesIO(each)).tobytes() for name, each in images.items()}


def test_the_same_pictures_are_drawn_every_time() -> None:
    again = demo_data_set("s3://bucket/images/", "shapes", "Demo")
    assert again.manifest == DATA_SET.manifest
    # Not the files: the same pixels can be compressed in more than one way.
    assert pixels(again.images) == pixels(DATA_SET.images)


def test_the_set_has_all_classes_an_empty_picture_and_several_boxes_on_most() -> None:
    counts = [len(record["shapes"]["annotations"]) for record in RECORDS]
    names = {name for record in RECORDS for name in record["shapes-metadata"]["class-map"].values()}
    assert len(RECORDS) == len(DATA_SET.images) == 60
    assert counts.count(0) == 1
    assert sum(count > 1 for count in counts) > 30
    assert names == set(CLASSES)


def test_every_picture_has_its_declared_size_and_format() -> None:
    for record in RECORDS:
        size = record["shapes"]["image_size"][0]
        with picture(record) as drawn:
            assert drawn.size == (size["width"], size["height"])
            assert drawn.format == ("PNG" if record["source-ref"].endswith("png") else "JPEG")
            assert drawn.mode == "RGB"


def test_every_box_is_exactly_the_extent_of_its_shape() -> None:
    for record in RECORDS:
        if record["source-ref"].endswith(".png"):
            for box in record["shapes"]["annotations"]:
                assert extent_of_shape(picture(record), box) == (0, 0, box["width"], box["height"])


def extent_of_shape(drawn: Image.Image, box: dict[str, int]) -> tuple[int, int, int, int] | None:
    """Where in a box, and two pixels around it, the colour of its middle is; as in the box."""
    left, top = box["left"], box["top"]
    middle = drawn.getpixel((left + box["width"] // 2, top + box["height"] // 2))
    around = (left - 2, top - 2, left + box["width"] + 2, top + box["height"] + 2)
    near = drawn.crop(around)
    difference = ImageChops.difference(near, Image.new("RGB", near.size, middle))
    red, green, blue = (band.point(lambda value: 255 * (value == 0)) for band in difference.split())
    found = ImageChops.darker(red, ImageChops.darker(green, blue)).getbbox()
    return found and (found[0] - 2, found[1] - 2, found[2] - 2, found[3] - 2)


def test_the_class_map_of_a_line_names_the_classes_on_it_and_no_others() -> None:
    for record in RECORDS:
        used = {str(box["class_id"]) for box in record["shapes"]["annotations"]}
        assert set(record["shapes-metadata"]["class-map"]) == used
        assert len(record["shapes-metadata"]["objects"]) == len(record["shapes"]["annotations"])


def test_the_images_of_the_manifest_are_in_a_fixed_order_without_repeats() -> None:
    names = [record["source-ref"] for record in RECORDS]
    assert all(first < second for first, second in pairwise(names))
