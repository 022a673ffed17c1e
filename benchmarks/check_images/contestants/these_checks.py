"""What the pipeline runs: every rule, on the first bytes of each image, through AWS's C runtime."""

from collections.abc import Iterator

from benchmarks.check_images.corpus import BUCKET, Line
from lambdas.adapters.image_objects import examine_objects
from lambdas.adapters.object_requests import object_requests
from lambdas.images.examination import examine_header
from lambdas.manifest.counts.examined_images import ExaminedImages
from lambdas.manifest.line.declared_image import DeclaredImage


def run(lines: list[Line], connections: int) -> Iterator[tuple[int, list[str]]]:
    images = (
        DeclaredImage(number, f"s3://{BUCKET}/{line.key}", line.width, line.height)
        for number, line in enumerate(lines)
    )
    collected = ExaminedImages()
    for examined in examine_objects(images, examine_header, object_requests(), connections):
        examined.add_to(collected)
        yield examined.image.line, [fault.rule.code for fault in examined.faults]
