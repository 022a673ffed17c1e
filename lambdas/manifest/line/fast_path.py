"""The fast path: takes lines that are clean in every respect, and leaves the others alone."""

from typing import Any

import msgspec

from lambdas.manifest.format import MAX_CHARACTERS
from lambdas.manifest.line.image import IMAGE_TYPES, bucket_prefix
from lambdas.manifest.line.provenance import verdicts
from lambdas.manifest.line.record import Box, Record, is_normalised, signature
from lambdas.manifest.line.typed_decoder import Shape, TypedDecoder, shape_of, typed_decoder

MOST_SHAPES = 8
MOST_BUCKETS = 32
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


class FastPath:
    """Reads clean lines of the shapes and image buckets learned so far.

    It knows no rule by itself: the slow path has them all, and whatever that found clean is
    learned. So it may leave a clean line to the slow path, but never takes one in which that finds
    a fault.
    """

    def __init__(self, smallest: float) -> None:
        """Take the share of an image's side below which a box vanishes at image_shape."""
        self._smallest = smallest
        self._decoders: list[TypedDecoder] = []
        self._known: set[Shape | None] = {None}
        self._buckets: tuple[str, ...] = ()

    def read(self, raw: bytes) -> Record | None:
        """Return the record of a clean line, or None if the line needs a closer look."""
        for decoder in self._decoders:
            try:
                line = decoder.decode(raw)
            except _UNREADABLE:
                continue
            if decoder is not self._decoders[0]:
                self._decoders.remove(decoder)
                self._decoders.insert(0, decoder)
            return self._record(line, decoder) if _is_plain(raw, decoder, line) else None
        return None

    def learn(self, line: dict[str, Any], attribute: str, source_ref: str) -> None:
        """Take the shape and the bucket of a line without faults as those of clean lines."""
        bucket = bucket_prefix(source_ref)
        if bucket not in self._buckets and len(self._buckets) < MOST_BUCKETS:
            self._buckets += (bucket,)
        if len(self._decoders) == MOST_SHAPES:
            return
        shape = shape_of(line, attribute)
        if shape not in self._known:
            self._known.add(shape)
            decoder = typed_decoder(line, attribute)
            if decoder is not None:
                self._decoders.insert(0, decoder)

    def _record(self, line: Any, decoder: TypedDecoder) -> Record | None:
        source_ref = line.source_ref
        if not source_ref.startswith(self._buckets):
            return None
        if not (source_ref.endswith(IMAGE_TYPES) or source_ref.lower().endswith(IMAGE_TYPES)):
            return None
        label = line.label
        boxes = label.annotations
        if not decoder.plain_boxes:
            boxes = [Box(box.class_id, box.top, box.left, box.height, box.width) for box in boxes]
        distinct = frozenset(boxes)
        (size,) = label.image_size
        width = size.width
        height = size.height
        narrow = width * self._smallest
        low = height * self._smallest
        tiny = 0
        class_ids = []
        for box in boxes:
            box_width = box.width
            box_height = box.height
            if box.left + box_width > width or box.top + box_height > height:
                return None
            if box_width < narrow or box_height < low:
                tiny += 1
            class_ids.append(box.class_id)
        used = set(class_ids)
        names = line.metadata.class_map
        if (
            len(distinct) != len(boxes)
            or not used.issubset(names)
            or (tiny and all(map(is_normalised, boxes)))
        ):
            return None
        return Record(
            source_ref,
            width,
            height,
            boxes,
            class_ids,
            used,
            names,
            tiny,
            line.metadata,
            verdicts(getattr(line, field) for field in decoder.other_metadata)
            if decoder.other_metadata
            else (),
            signature(distinct),
        )


def _is_plain(raw: bytes, decoder: TypedDecoder, line: Any) -> bool:
    if len(raw) > MAX_CHARACTERS:
        return False
    boxes = len(line.label.annotations)
    metadata = line.metadata
    quotes = decoder.quotes + decoder.quotes_per_box * boxes + 4 * len(metadata.class_map)
    if decoder.has_objects:
        if len(metadata.objects) != boxes:
            return False
        quotes += decoder.quotes_per_object * boxes
    for field in decoder.nested:
        # Written anew, an object has each key once.
        quotes += structural_quotes(msgspec.json.encode(getattr(line, field)))
    return raw.count(b'"') == quotes or structural_quotes(raw) == quotes


def structural_quotes(raw: bytes) -> int:
    """Count the quotation marks of JSON but for those within a text, which are escaped."""
    quotes = raw.count(b'"')
    if b"\\\\" in raw:
        raw = raw.replace(b"\\\\", b"")
    return quotes - raw.count(b'\\"')
