"""The demo's pictures and the stand-ins."""

from __future__ import annotations

import io
import json
from itertools import pairwise

import pytest
from PIL import Image, ImageChops

from local.demo.pictures import CLASSES, demo_data_set, stand_in, stand_ins

DATA_SET = demo_data_set("s3://bucket/images/", "shapes", "Demo")
RECORDS = [json.loads(line) for line in DATA_SET.manifest.splitlines()]


def picture(record: dict[str, str]) -> Image.Image:
    name = record["source-ref"].removeprefix("s3://bucket/images/")
    return Image.open(io.BytesIO(DATA_SET.images[name]))


def test_the_same_pictures_are_drawn_every_time() -> None:
    assert demo_data_set("s3://bucket/images/", "shapes", "Demo") == DATA_SET


def test_the_set_has_all_classes_an_empty_picture_and_several_boxes_on_most() -> None:
    counts = [len(record["shapes"]["annotations"]) for record in RECORDS]
    names = {name for record in RECORDS for name in record["shapes-metadata"]["class-map"].values()}
    assert len(RECORDS) == len(DATA_SET.images) == 24
    assert counts.count(0) == 1
    assert sum(count > 1 for count in counts) > 12
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
        if not record["source-ref"].endswith(".png"):
            continue
        with picture(record) as drawn:
            background = Image.new("RGB", drawn.size, drawn.getpixel((0, 0)))
            for box in record["shapes"]["annotations"]:
                left, top = box["left"], box["top"]
                region = (left, top, left + box["width"], top + box["height"])
                shape = drawn.crop(region)
                assert _difference(shape, background) == (0, 0, box["width"], box["height"])
                drawn.paste(background.crop(region), region)
            assert _difference(drawn, background) is None


def _difference(image: Image.Image, background: Image.Image) -> tuple[int, int, int, int] | None:
    return ImageChops.difference(image, background.crop((0, 0, *image.size))).getbbox()


def test_the_class_map_of_a_line_names_the_classes_on_it_and_no_others() -> None:
    for record in RECORDS:
        used = {str(box["class_id"]) for box in record["shapes"]["annotations"]}
        assert set(record["shapes-metadata"]["class-map"]) == used
        assert len(record["shapes-metadata"]["objects"]) == len(record["shapes"]["annotations"])


def test_the_images_of_the_manifest_are_in_a_fixed_order_without_repeats() -> None:
    names = [record["source-ref"] for record in RECORDS]
    assert all(first < second for first, second in pairwise(names))


@pytest.mark.parametrize(("suffix", "form"), [(".jpg", "JPEG"), (".png", "PNG")])
def test_a_stand_in_is_small_in_bytes_however_large_the_picture(suffix: str, form: str) -> None:
    content = stand_in(4000, 3000, suffix)
    with Image.open(io.BytesIO(content)) as drawn:
        assert (drawn.size, drawn.format) == ((4000, 3000), form)
    assert len(content) < 250_000


def test_stand_ins_are_drawn_for_the_lines_that_declare_a_size() -> None:
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
    drawn = {uri: Image.open(io.BytesIO(content)) for uri, content in stand_ins(manifest)}
    assert {uri: (image.format, image.size) for uri, image in drawn.items()} == {
        "s3://b/a.PNG": ("PNG", (30, 20)),
        "s3://b/c.jpeg": ("JPEG", (10, 10)),
    }
