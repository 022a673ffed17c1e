"""The running result of a validation over one or two manifests."""

from collections import Counter
from dataclasses import dataclass, field

from lambdas.manifest.attribute import LabelAttributes
from lambdas.manifest.channel import Channel
from lambdas.manifest.class_map import ClassNames
from lambdas.manifest.findings import KEPT_LINES, Findings, Manifest
from lambdas.manifest.policy import Policy
from lambdas.manifest.records import Record
from lambdas.manifest.sample import Sample

TOO_SMALL = 2  # pixels of a box's shorter side, at image_shape


@dataclass(slots=True)
class Tally:
    """What was counted so far.

    fates: lines by what became of them (usable, failed, unlabeled, invalid).
    label_found: whether any line has the label attribute or its metadata.
    per_image: usable images by their number of boxes. tiny_boxes, tiny_images,
    tiny_lines: boxes that vanish when the image is scaled, images with such, first of their lines.
    """

    policy: Policy
    train: Channel
    validation: Channel
    attributes: LabelAttributes
    findings: Findings = field(default_factory=Findings)
    names: ClassNames = field(default_factory=ClassNames)
    sample: Sample = field(default_factory=Sample)
    fates: Counter[str] = field(default_factory=Counter)
    per_image: Counter[int] = field(default_factory=Counter)
    label_found: bool = False
    tiny_boxes: int = 0
    tiny_images: int = 0
    tiny_lines: list[int] = field(default_factory=list)

    def note(self, record: Record, line: int, manifest: Manifest) -> int:
        """Note boxes that vanish when scaled, and sample the record if that is due.

        Returns the line from which on the next record is to be sampled.
        """
        if record.tiny:
            self.tiny_boxes += record.tiny
            self.tiny_images += 1
            if len(self.tiny_lines) < KEPT_LINES:
                self.tiny_lines.append(line)
        if line >= self.sample.due:
            self.sample.take(record, line, manifest)
        return self.sample.due

    @property
    def channels(self) -> dict[str, Channel]:
        """Both channels by name."""
        return {"train": self.train, "validation": self.validation}

    @property
    def boxes(self) -> Counter[int]:
        """Boxes by class id in both channels."""
        return self.train.boxes + self.validation.boxes

    @property
    def images(self) -> Counter[int]:
        """Images by class id in both channels."""
        return self.train.images + self.validation.images

    @property
    def empty(self) -> int:
        """Usable images without boxes."""
        return self.per_image[0]

    @property
    def most_boxes(self) -> int:
        """Boxes on the fullest image."""
        return max(self.per_image, default=0)

    @property
    def written(self) -> int:
        """Records in both channels."""
        return self.train.records + self.validation.records
