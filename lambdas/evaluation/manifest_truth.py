"""Reads truth from an augmented manifest: the boxes of its labels and the names of the classes.

It expects what the validation of the pipeline has accepted, and refuses the rest.
"""

from collections.abc import Iterable, Iterator

import msgspec

from lambdas.evaluation.boxes import TruthBox, truth_box
from lambdas.evaluation.coco_truth import Id
from lambdas.evaluation.labelled import LabelledImage, LabelledImages, NotMeasurable

OBJECT_DETECTION = "groundtruth/object-detection"
_METADATA = "-metadata"


class _Annotation(msgspec.Struct, gc=False):
    class_id: Id
    left: float
    top: float
    width: float
    height: float


class _Size(msgspec.Struct, gc=False):
    width: int
    height: int


class _Label(msgspec.Struct, gc=False):
    image_size: list[_Size]
    annotations: list[_Annotation]


class _Metadata(msgspec.Struct, rename={"class_map": "class-map"}):
    type: str = ""
    class_map: dict[int, str] = {}


_decode_line = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_metadata = msgspec.json.Decoder(_Metadata).decode
_decode_label = msgspec.json.Decoder(_Label).decode
_decode_text = msgspec.json.Decoder(str).decode


def manifest_truth(lines: Iterable[bytes], label_attribute: str | None = None) -> LabelledImages:
    """Return the labelled images of a manifest; its lines number them from 1.

    Args:
        lines: of the manifest; blank ones are skipped.
        label_attribute: the attribute with the boxes; without it, the only one that there is.

    Raises:
        NotMeasurable: a line can't be read, or has several attributes with boxes.
    """
    images: list[LabelledImage] = []
    names: dict[int, str] = {}
    unlabelled = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = _decode_line(line)
            label_attribute = label_attribute or _label_attribute(found)
            if not _is_labelled(found, label_attribute):
                unlabelled += 1
                continue
            metadata = _decode_metadata(found[f"{label_attribute}{_METADATA}"])
            image = _image(number, found, _decode_label(found[str(label_attribute)]))
        except (msgspec.DecodeError, NotMeasurable, UnicodeDecodeError) as error:
            raise NotMeasurable(f"line {number}: {error}") from error
        images.append(image)
        for class_id, name in metadata.class_map.items():
            names.setdefault(class_id, name)
    if not images:
        raise NotMeasurable("no line has labels of bounding boxes")
    return LabelledImages(images, names, all_named=False, unlabelled=unlabelled)


def labelled_lines(
    lines: Iterable[bytes], label_attribute: str
) -> Iterator[tuple[bytes, LabelledImage]]:
    """Return the lines that ``manifest_truth`` takes truth from, each with its image.

    Args:
        lines: of the manifest.
        label_attribute: the attribute with the boxes.
    """
    for number, line in enumerate(lines, 1):
        try:
            found = _decode_line(line)
            if _is_labelled(found, label_attribute):
                _decode_metadata(found[f"{label_attribute}{_METADATA}"])
                yield line, _image(number, found, _decode_label(found[label_attribute]))
        except (msgspec.DecodeError, NotMeasurable, UnicodeDecodeError):
            continue


def _label_attribute(line: dict[str, msgspec.Raw]) -> str | None:
    found = [
        key.removesuffix(_METADATA)
        for key in line
        if key.endswith(_METADATA)
        and key.removesuffix(_METADATA) in line
        and _type(line[key]) == OBJECT_DETECTION
    ]
    if len(found) > 1:
        raise NotMeasurable(
            f"several attributes have boxes: {', '.join(found)}; name one as label attribute"
        )
    return found[0] if found else None


def _type(metadata: msgspec.Raw) -> str:
    try:
        return _decode_metadata(metadata).type
    except msgspec.DecodeError:  # of another task type
        return ""


def _is_labelled(line: dict[str, msgspec.Raw], label_attribute: str | None) -> bool:
    return label_attribute in line and f"{label_attribute}{_METADATA}" in line


def _image(number: int, line: dict[str, msgspec.Raw], label: _Label) -> LabelledImage:
    if "source-ref" not in line:
        raise NotMeasurable("source-ref is missing")
    if len(label.image_size) != 1 or min(label.image_size[0].width, label.image_size[0].height) < 1:
        raise NotMeasurable("image_size is not one size of at least one pixel")
    truth: dict[int, list[TruthBox]] = {}
    for each in label.annotations:
        box = truth_box((each.left, each.top, each.width, each.height))
        truth.setdefault(each.class_id, []).append(box)
    size = label.image_size[0]
    return LabelledImage(number, _decode_text(line["source-ref"]), size.width, size.height, truth)
