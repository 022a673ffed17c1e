"""The held-out images that a model is evaluated on, chosen from their manifest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from lambdas.evaluation.image_sample import ImageSample
from lambdas.evaluation.manifest_truth import labelled_lines


@dataclass(slots=True)
class HeldOut:
    """What was chosen: lines, each an image with its labels."""

    images: int = 0
    of: int = 0
    """How many there are to choose from."""
    boxes: int = 0
    keys: dict[str, dict[str, None]] = field(default_factory=dict)
    """Those of the images by bucket, in the order of the lines, each once."""


def choose_held_out(
    lines: Callable[[], Iterable[bytes]],
    label_attribute: str,
    most: int,
    write: Callable[[bytes], object],
) -> HeldOut:
    """Write the lines of at most ``most`` images; return what they hold.

    Args:
        lines: of the manifest, without line feed; called twice, so that none is held in memory.
        label_attribute: the attribute with the boxes; lines without it are left out.
        most: how many images to choose.
        write: takes each chosen line with its line feed.
    """
    sample, chosen = ImageSample(most), HeldOut()
    for _, image in labelled_lines(lines(), label_attribute):
        sample.offer(image.name)
        chosen.of += 1
    for line, image in labelled_lines(lines(), label_attribute):
        if image.name in sample:
            write(line + b"\n")
            chosen.images += 1
            chosen.boxes += sum(map(len, image.truth.values()))
            bucket, _, key = image.name.removeprefix("s3://").partition("/")
            chosen.keys.setdefault(bucket, {})[key] = None
    return chosen


def image_list(bucket: str, keys: Iterable[str]) -> bytes:
    """Return images of one bucket as SageMaker's manifest file, each by its key as it is.

    SageMaker takes objects of one bucket only from one list (API reference, TransformS3DataSource).
    """
    return msgspec.json.encode([{"prefix": f"s3://{bucket}/"}, *keys])
