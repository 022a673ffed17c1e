"""Builds typed decoders for the shapes of clean lines: the keys, and the kind of each value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from lambdas.manifest.attribute import METADATA
from lambdas.manifest.records import HIGHEST_CLASS_ID, LONGEST_CLASS_NAME

_ClassId = Annotated[int, Meta(ge=0, le=HIGHEST_CLASS_ID)]
_ClassName = Annotated[str, Meta(min_length=1, max_length=LONGEST_CLASS_NAME)]
_Start = Annotated[int, Meta(ge=0)] | Annotated[float, Meta(ge=0)]
_Length = Annotated[int, Meta(gt=0)] | Annotated[float, Meta(gt=0)]
_Side = Annotated[int, Meta(gt=0)]
_TASK = Literal["groundtruth/object-detection"]

# Key in the manifest: name of the field, type of its value.
Fields = dict[str, tuple[str, Any]]
_BOX: Fields = {
    "class_id": ("class_id", _ClassId),
    "left": ("left", _Start),
    "top": ("top", _Start),
    "width": ("width", _Length),
    "height": ("height", _Length),
}
_SIZE: Fields = {
    "width": ("width", _Side),
    "height": ("height", _Side),
    "depth": ("depth", Annotated[int, Meta(ge=3, le=3)]),
}
_OBJECT: Fields = {"confidence": ("confidence", int | float)}
_TYPICAL_BOX = dict.fromkeys(_BOX, 0)
_TYPICAL_OBJECT = dict.fromkeys(_OBJECT, 0)


class _Typed(NamedTuple):
    """A struct type for objects of one shape, and the quotation marks their keys and text have."""

    type: Any
    key: tuple[str, ...]
    quotes: int
    nested: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A decoder that takes only lines of one shape, and the quotation marks such lines have.

    Every key is required and no other is allowed, so the number of quotation marks follows from
    the decoded values: a line with more of them has a key twice. That is a test at C speed without
    false negatives; lines that fail it for another reason, say an escaped quotation mark in a
    name, are left to the slow path.
    key: tells one shape from another. nested: fields that are passed through, whose own quotation
    marks are to be counted.
    """

    key: tuple[str, ...]
    decode: Callable[[bytes], Any]
    quotes: int
    quotes_per_box: int
    quotes_per_object: int
    has_objects: bool
    nested: tuple[str, ...]


def shape_of(line: dict[str, Any], attribute: str) -> Shape | None:
    """The shape of a line without faults, or None if it is too unusual to be worth a decoder."""
    label, metadata = line[attribute], line[attribute + METADATA]
    boxes, objects = label["annotations"], metadata.get("objects")
    try:
        box = _typed("Box", boxes[0] if boxes else _TYPICAL_BOX, _BOX)
        about_box = _typed("Object", objects[0] if objects else _TYPICAL_OBJECT, _OBJECT)
        size = _typed("Size", label["image_size"][0], _SIZE)
        labels = _typed("Label", label, _label_fields(size.type, box.type))
        about = _typed("Metadata", metadata, _metadata_fields(about_box.type))
        whole = _typed("Line", line, _line_fields(attribute, labels.type, about.type))
        decode = msgspec.json.Decoder(whole.type).decode
    except (ValueError, TypeError, AttributeError):  # such as a key that msgspec can't rename to
        return None
    parts = (labels, size, about, box, about_box)
    if "class-map" not in metadata or any(part.nested for part in parts):
        return None
    return Shape(
        key=whole.key + sum((part.key for part in parts), ()),
        decode=decode,
        quotes=whole.quotes + labels.quotes + size.quotes + about.quotes,
        quotes_per_box=box.quotes,
        quotes_per_object=about_box.quotes,
        has_objects="objects" in metadata,
        nested=whole.nested,
    )


def _label_fields(size: Any, box: Any) -> Fields:
    return {"image_size": ("image_size", tuple[size]), "annotations": ("annotations", list[box])}


def _metadata_fields(about_box: Any) -> Fields:
    return {
        "objects": ("objects", list[about_box]),
        "class-map": ("class_map", dict[_ClassId, _ClassName]),
        "type": ("type", _TASK),
    }


def _line_fields(attribute: str, label: Any, metadata: Any) -> Fields:
    return {
        "source-ref": ("source_ref", str),
        attribute: ("label", label),
        attribute + METADATA: ("metadata", metadata),
    }


def _typed(name: str, sample: dict[str, Any], known: Fields) -> _Typed:
    # The fields follow the order of the sample's keys: msgspec finds the next key fastest there.
    chosen = [
        (key, *(known.get(key) or (f"passed_{number}", _kind(value))))
        for number, (key, value) in enumerate(sample.items())
    ]
    kinds = [kind for _, _, kind in chosen]
    struct = msgspec.defstruct(
        name,
        [(field, kind) for _, field, kind in chosen],
        rename={field: key for key, field, _ in chosen},
        forbid_unknown_fields=True,
        gc=False,  # nothing here can be part of a cycle
    )
    return _Typed(
        struct,
        (name, *sorted(key + ("" if key in known else str(kind)) for key, _, kind in chosen)),
        2 * len(sample) + 2 * kinds.count(str) + 2 * kinds.count(_TASK),
        tuple(field for _, field, kind in chosen if kind is msgspec.Raw),
    )


def _kind(value: object) -> Any:
    if isinstance(value, str):
        return str
    if isinstance(value, dict | list):
        return msgspec.Raw
    return int | float | bool | None
