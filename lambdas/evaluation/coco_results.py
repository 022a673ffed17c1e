"""Reads a file of COCO results (cocodataset.org/#format-results), piece by piece."""

from array import array
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Protocol

import msgspec

from lambdas.evaluation.boxes import Detection
from lambdas.evaluation.coco_truth import Id
from lambdas.evaluation.labelled import NotMeasurable

PIECE = 1 << 19
"""Bytes that are decoded at once."""

_BETWEEN = b", \t\r\n"


class ByteStream(Protocol):
    """A binary file, read from its beginning."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to so many bytes, none at the end."""


class _Result(msgspec.Struct, gc=False):
    image_id: Id
    category_id: Id
    score: float
    bbox: tuple[float, float, float, float]


_decode = msgspec.json.Decoder(list[_Result]).decode
_image_id = attrgetter("image_id")


class OutOfOrder(Exception):
    """The results are not in ascending order of image id."""


def streamed_results(stream: ByteStream) -> Iterator[tuple[int, list[Detection]]]:
    """Return the detections of each image that has some, while reading them.

    Raises:
        OutOfOrder: they are not sorted by image; what was read so far is not all of its image.
        NotMeasurable: it is not a file of results.
    """
    last = None
    for image_id, results in groupby(_results(stream), key=_image_id):
        if last is not None and image_id < last:
            raise OutOfOrder
        last = image_id
        yield image_id, [(each.category_id, each.score, *each.bbox) for each in results]


def sorted_results(stream: ByteStream) -> Iterator[tuple[int, list[Detection]]]:
    """Return the same for results in any order: all are held in memory, as numbers in arrays."""
    image_ids, class_ids, numbers = array("i"), array("i"), array("d")
    for each in _results(stream):
        image_ids.append(each.image_id)
        class_ids.append(each.category_id)
        numbers.extend((each.score, *each.bbox))
    order = sorted(range(len(image_ids)), key=image_ids.__getitem__)
    for image_id, rows in groupby(order, key=image_ids.__getitem__):
        yield image_id, [_detection(class_ids[row], numbers, 5 * row) for row in rows]


def _detection(class_id: int, numbers: "array[float]", at: int) -> Detection:
    score, left, top, width, height = numbers[at : at + 5]
    return class_id, score, left, top, width, height


def _results(stream: ByteStream) -> Iterator[_Result]:
    """Each result, in the order of the file: an array that is cut after the last "}" of a piece."""
    rest = stream.read(PIECE).lstrip()
    if not rest.startswith(b"["):
        raise NotMeasurable("not COCO results: they are an array")
    rest = rest[1:]
    more = b"more"
    while more:
        end = rest.rfind(b"}") + 1
        if end:
            try:
                found = _decode(b"[" + rest[:end].lstrip(_BETWEEN) + b"]")
            except (msgspec.DecodeError, UnicodeDecodeError):
                break  # either wrong, or the "}" was that of an object inside a result
            yield from found
            rest = rest[end:]
        more = stream.read(PIECE)
        rest += more
    try:
        yield from _decode(b"[" + rest.lstrip(_BETWEEN) + stream.read())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotMeasurable(f"not COCO results: {error}") from error
