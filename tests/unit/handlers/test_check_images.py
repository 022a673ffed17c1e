"""How many images a batch examines at once, and how."""

from collections.abc import Iterator
from typing import Any

import pytest

from lambdas.handlers import check_images
from lambdas.images.examination import Examine, examine_header, examine_pixels
from lambdas.images.examined import Examined
from lambdas.manifest.line.declared_image import DeclaredImage
from lambdas.settings import CheckImagesSettings
from tests.unit.handlers.evaluation_chain import CONTEXT


@pytest.mark.parametrize(
    ("checks", "expected"), [("headers", (examine_header, 20)), ("decode", (examine_pixels, 6))]
)
def test_few_images_at_once_are_decoded_whole(
    monkeypatch: pytest.MonkeyPatch, checks: Any, expected: tuple[Examine, int]
) -> None:
    asked: list[tuple[Examine, int]] = []

    def examined(
        images: list[DeclaredImage], examine: Examine, _: object, connections: int
    ) -> Iterator[Examined]:
        asked.append((examine, connections))
        return (Examined(image, []) for image in images)

    configured = CheckImagesSettings(image_checks=checks)
    monkeypatch.setattr(check_images, "settings", lambda _: configured)
    monkeypatch.setattr(check_images, "object_requests", lambda: None)
    monkeypatch.setattr(check_images, "examine_objects", examined)
    item = {"line": 1, "source_ref": "s3://b/1.jpg", "width": 2, "height": 3}

    result = check_images.handler({"BatchInput": {"execution": "e"}, "Items": [item]}, CONTEXT)

    assert result["examined"] == 1
    assert asked == [expected]
