"""Builds typed decoders for the shapes of clean lines: the keys, and the kind of each value."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from lambdas.manifest.format import BOX_TYPES, METADATA
from lambdas.manifest.line.bounds import CLASS_NAME, DEPTH, LENGTH, SIDE, START, Bounds
from lambdas.manifest.line.record import Box, ClassId, passed

Shape = tuple[frozenset[tuple[str, str]], ...]
"""For each object of a line its keys, with the kinds of the values that are passed through."""

# Key in the manifest: name of the field, type of its value.
Fields = dict[str, tuple[str, Any]]

_Task: Any = Literal[BOX_TYPES]
_ClassName = Annotated[str, CLASS_NAME.of_length()]
_DEEPEST = 5  # levels of what is passed through; each doubles the time to build a decoder


def _number(bounds: Bounds, *, whole: bool = False) -> Any:
    return Annotated[int, bounds.of_number()] | Annotated[float, bounds.of_number(whole=whole)]


def _nested() -> Any:
    scalar: Any = int | float | str | bool | None
    kind: Any = scalar
    for _ in range(_DEEPEST):
        kind = scalar | list[kind] | dict[str, kind]
    return kind


_NESTED = _nested()
_BOX: Fields = {
    "class_id": ("class_id", ClassId),
    "left": ("left", _number(START)),
    "top": ("top", _number(START)),
    "width": ("width", _number(LENGTH)),
    "height": ("height", _number(LENGTH)),
}
_SIZE: Fields = {
    "width": ("width", _number(SIDE, whole=True)),
    "height": ("height", _number(SIDE, whole=True)),
    "depth": ("depth", _number(DEPTH)),
}
_OBJECT: Fields = {"confidence": ("confidence", int | float)}
_TYPICAL_BOX = dict.fromkeys(_BOX, 0)
_TYPICAL_OBJECT = dict.fromkeys(_OBJECT, 0)


@dataclass(frozen=True, slots=True, eq=False)
class TypedDecoder:
    """A decoder that takes only lines of one shape, and the quotation marks such lines have.

    Every key is required and no other is allowed, so the number of quotation marks follows from
    the decoded values: a line with more of them has a key twice. That is a test at C speed without
    false negatives.

    Attributes:
        plain_boxes: whether boxes have no other keys than the five of ``Box``.
        other_metadata: those of them that describe other labels.
        nested: fields with objects or lists that are passed through, to be counted on their own.
    """

    decode: Callable[[bytes], Any]
    quotes: int
    quotes_per_box: int
    quotes_per_object: int
    plain_boxes: bool
    has_objects: bool
    nested: tuple[str, ...]
    other_metadata: tuple[str, ...]


class _Objects(NamedTuple):
    """The objects of a line by what they are about; the first box and confidence stand for all."""

    label: dict[str, Any]
    size: dict[str, Any]
    box: dict[str, Any]
    metadata: dict[str, Any]
    about_box: dict[str, Any]


class _Typed(NamedTuple):
    """A struct type for objects of one shape, and the quotation marks their keys and text have."""

    type: Any
    quotes: int
    nested: tuple[str, ...]


def shape_of(line: dict[str, Any], attribute: str) -> Shape | None:
    """Return what the lines of one decoder have in common, given one without faults.

    None is for lines that are too unusual to be worth a decoder.
    """
    found = _objects(line, attribute)
    if "source-ref-metadata" in line:  # may describe 3-D data, which the slow path knows
        return None
    if "class-map" not in found.metadata or not isinstance(found.about_box, dict):
        return None
    return (
        _keys(line, {"source-ref", attribute, attribute + METADATA}),
        _keys(found.label, {"image_size", "annotations"}),
        _keys(found.size, _SIZE),
        _keys(found.box, _BOX),
        _keys(found.metadata, {"objects", "class-map", "type"}),
        _keys(found.about_box, _OBJECT),
    )


def typed_decoder(line: dict[str, Any], attribute: str) -> TypedDecoder | None:
    """Build the decoder for a line that has a shape, or None if its keys or values are in the way.

    This takes some hundred times as long as asking for the shape.
    """
    found = _objects(line, attribute)
    try:
        plain = found.box.keys() == _BOX.keys()
        box = _Typed(Box, 2 * len(_BOX), ()) if plain else _typed("Box", found.box, _BOX)
        about_box = _typed("Object", found.about_box, _OBJECT)
        size = _typed("Size", found.size, _SIZE)
        label = _typed("Label", found.label, _label_fields(size.type, box.type))
        metadata = _typed("Metadata", found.metadata, _metadata_fields(about_box.type))
        whole = _typed("Line", line, _line_fields(attribute, label.type, metadata.type))
        decode = msgspec.json.Decoder(whole.type).decode
    except (ValueError, TypeError):  # such as a key that msgspec can't rename to
        return None
    if any(part.nested for part in (label, size, metadata, box, about_box)):
        return None
    return TypedDecoder(
        decode=decode,
        quotes=whole.quotes + label.quotes + size.quotes + metadata.quotes,
        quotes_per_box=box.quotes,
        quotes_per_object=about_box.quotes,
        plain_boxes=plain,
        has_objects="objects" in found.metadata,
        nested=whole.nested,
        other_metadata=tuple(
            field
            for field in (_field(key, at) for at, key in enumerate(line) if key.endswith(METADATA))
            if field in whole.nested
        ),
    )


def _objects(line: dict[str, Any], attribute: str) -> _Objects:
    label, metadata = line[attribute], line[attribute + METADATA]
    boxes, about_boxes = label["annotations"], metadata.get("objects")
    return _Objects(
        label=label,
        size=label["image_size"][0],
        box=boxes[0] if boxes else _TYPICAL_BOX,
        metadata=metadata,
        about_box=about_boxes[0] if about_boxes else _TYPICAL_OBJECT,
    )


def _keys(sample: dict[str, Any], known: Collection[str]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (key, "" if key in known else _kind_name(value)) for key, value in sample.items()
    )


def _label_fields(size: Any, box: Any) -> Fields:
    return {"image_size": ("image_size", tuple[size]), "annotations": ("annotations", list[box])}


def _metadata_fields(about_box: Any) -> Fields:
    return {
        "objects": ("objects", list[about_box]),
        "class-map": ("class_map", dict[ClassId, _ClassName]),
        "type": ("type", _Task),
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
        (key, *(known.get(key) or (_field(key, number), _KINDS[_kind_name(value)])))
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
        2 * len(sample) + 2 * kinds.count(str) + 2 * kinds.count(_Task),
        tuple(field for _, field, kind in chosen if kind is _NESTED),
    )


def _field(key: str, number: int) -> str:
    name = passed(key)
    return name if name.isidentifier() else f"passed_{number}"


_KINDS: dict[str, Any] = {"text": str, "nested": _NESTED, "other": int | float | bool | None}


def _kind_name(value: object) -> str:
    if isinstance(value, str):
        return "text"
    return "nested" if isinstance(value, dict | list) else "other"
