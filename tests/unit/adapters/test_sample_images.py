"""The report's pictures come from S3 as far as they are to be had, and in limited time."""

import io
from types import SimpleNamespace

import pytest
from PIL import Image

from lambdas.adapters import sample_images
from lambdas.adapters.sample_images import sample_pictures
from tests.unit.adapters.in_memory_s3 import InMemoryS3
from tests.unit.pages.pages import any_box, any_record, report_of

REPORT = report_of([any_record(number, any_box()) for number in range(3)])


def image() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30)).save(file, "PNG")
    return file.getvalue()


def test_what_is_there_and_an_image_is_shown(s3: InMemoryS3) -> None:
    s3.objects["images/0000.jpg"] = image()
    s3.objects["images/0001.jpg"] = b"<html>"
    assert list(sample_pictures(REPORT)) == ["s3://images/0000.jpg"]


def test_a_huge_object_is_not_read(s3: InMemoryS3, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.objects["images/0000.jpg"] = image()
    monkeypatch.setattr(sample_images, "MOST_BYTES", len(image()) - 1)
    assert sample_pictures(REPORT) == {}


def test_images_that_take_long_do_not_hold_up_the_validation(
    s3: InMemoryS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        s3.objects[f"images/{number:04}.jpg"] = image()
    seconds = iter([0, 1, sample_images.MOST_SECONDS + 1])
    monkeypatch.setattr(sample_images, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    assert list(sample_pictures(REPORT)) == ["s3://images/0000.jpg"]
