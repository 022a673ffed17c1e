"""The fast path: takes lines that are clean in every respect, and leaves others to `diagnose`."""

from typing import Any

import msgspec

from lambdas.manifest.lines import MAX_CHARACTERS
from lambdas.manifest.records import Record
from lambdas.manifest.shape import Shape, shape_of

MOST_SHAPES = 8
MOST_BUCKETS = 32
IMAGE_TYPES = (".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG")
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


class CleanLines:
    """Reads clean lines of the shapes and image buckets learned so far.

    It knows no rule by itself: `diagnose` has them all, and whatever it found clean is learned.
    So it may leave a clean line to `diagnose`, but never takes one in which that finds a fault.
    smallest: share of an image's side below which a box vanishes at image_shape.
    """

    def __init__(self, smallest: float) -> None:
        self._smallest = smallest
        self._shapes: list[Shape] = []
        self._keys: set[tuple[str, ...]] = set()
        self._buckets: tuple[str, ...] = ()

    def read(self, raw: bytes) -> Record | None:
        """The record of a clean line, or None if the line needs a closer look."""
        for shape in self._shapes:
            try:
                line = shape.decode(raw)
            except _UNREADABLE:
                continue
            if shape is not self._shapes[0]:
                self._shapes.remove(shape)
                self._shapes.insert(0, shape)
            return self._record(line) if self._is_plain(raw, shape, line) else None
        return None

    def learn(self, line: dict[str, Any], attribute: str, source_ref: str) -> None:
        """Take the shape and the bucket of a line without faults as those of clean lines."""
        bucket = source_ref[: source_ref.index("/", len("s3://")) + 1]
        if bucket not in self._buckets and len(self._buckets) < MOST_BUCKETS:
            self._buckets += (bucket,)
        if len(self._shapes) < MOST_SHAPES:
            shape = shape_of(line, attribute)
            if shape is not None and shape.key not in self._keys:
                self._keys.add(shape.key)
                self._shapes.insert(0, shape)

    def _is_plain(self, raw: bytes, shape: Shape, line: Any) -> bool:
        if len(raw) > MAX_CHARACTERS or not (raw.isascii() or _is_utf8(raw)):
            return False
        boxes = len(line.label.annotations)
        metadata = line.metadata
        quotes = shape.quotes + shape.quotes_per_box * boxes + 4 * len(metadata.class_map)
        if shape.has_objects:
            if len(metadata.objects) != boxes:
                return False
            quotes += shape.quotes_per_object * boxes
        for field in shape.nested:
            quotes += bytes(getattr(line, field)).count(b'"')
        return raw.count(b'"') == quotes

    def _record(self, line: Any) -> Record | None:
        source_ref = line.source_ref
        if not (source_ref.startswith(self._buckets) and source_ref.endswith(IMAGE_TYPES)):
            return None
        label = line.label
        boxes = label.annotations
        (size,) = label.image_size
        width = size.width
        height = size.height
        narrow = width * self._smallest
        low = height * self._smallest
        tiny = 0
        class_ids = []
        lefts = set()
        for box in boxes:
            left = box.left
            box_width = box.width
            box_height = box.height
            if left + box_width > width or box.top + box_height > height:
                return None
            if box_width < narrow or box_height < low:
                tiny += 1
            lefts.add(left)
            class_ids.append(box.class_id)
        used = set(class_ids)
        names = line.metadata.class_map
        # Boxes that begin at different columns differ; only others are compared in full.
        if not used.issubset(names) or (len(lefts) != len(boxes) and _repeats(boxes)):
            return None
        return Record(source_ref, width, height, boxes, class_ids, used, names, tiny)


def _repeats(boxes: list[Any]) -> bool:
    distinct = {(box.left, box.top, box.width, box.height, box.class_id) for box in boxes}
    return len(distinct) != len(boxes)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
