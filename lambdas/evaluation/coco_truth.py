"""Reads truth from a file of COCO annotations (cocodataset.org/#format-data)."""

from typing import Annotated

import msgspec

from lambdas.evaluation.boxes import TruthBox, truth_box
from lambdas.evaluation.labelled import LabelledImage, LabelledImages, NotMeasurable

Id = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]


class _Image(msgspec.Struct, gc=False):
    id: Id
    file_name: str = ""
    width: int = 0
    height: int = 0


class _Category(msgspec.Struct, gc=False):
    id: Id
    name: str = ""


class _Annotation(msgspec.Struct, gc=False):
    image_id: int
    category_id: int
    bbox: tuple[float, float, float, float]
    area: float | None = None
    iscrowd: int = 0


class _Document(msgspec.Struct):
    images: list[_Image]
    categories: list[_Category]
    annotations: list[_Annotation]


def coco_truth(content: bytes) -> LabelledImages:
    """Return the labelled images of COCO annotations.

    As in pycocotools, annotations of images or categories that are not listed are left out.

    Raises:
        NotMeasurable: it is not such a file.
    """
    try:
        document = msgspec.json.decode(content, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotMeasurable(f"not COCO annotations: {error}") from error
    truth: dict[int, dict[int, list[TruthBox]]] = {image.id: {} for image in document.images}
    if len(truth) < len(document.images):
        raise NotMeasurable("two images have the same id")
    names = {each.id: each.name or str(each.id) for each in document.categories}
    document.annotations.reverse()
    while document.annotations:  # each makes room for its box: there may be a million
        each = document.annotations.pop()
        if each.image_id in truth and each.category_id in names:
            box = truth_box(each.bbox, each.area, crowd=bool(each.iscrowd))
            truth[each.image_id].setdefault(each.category_id, []).append(box)
    images = [
        LabelledImage(image.id, image.file_name, image.width, image.height, truth[image.id])
        for image in sorted(document.images, key=lambda image: image.id)
    ]
    return LabelledImages(images, names, all_named=True)
