"""The labelled images that predictions are measured on."""

from dataclasses import dataclass

from lambdas.evaluation.boxes import Truth


class NotMeasurable(Exception):
    """Truth or predictions that can't be used; the message is one line and says where."""


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """An image with its truth.

    id: the line number in a manifest, the image id of COCO. name: its S3 URI or file name. width
    and height: in pixels, 0 where COCO annotations do not tell them.
    """

    id: int
    name: str
    width: int
    height: int
    truth: Truth


@dataclass(frozen=True, slots=True)
class LabelledImages:
    """All labelled images of a manifest or a file of annotations.

    images: in ascending order of id. names: of classes by id. all_named: whether there are no
    other classes: COCO lists its categories, a manifest only the classes in its lines.
    unlabelled: lines without labels, which are left out.
    """

    images: list[LabelledImage]
    names: dict[int, str]
    all_named: bool
    unlabelled: int = 0
