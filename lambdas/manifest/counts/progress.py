"""What was counted so far over one or two manifests, on the way to the report."""

from collections import Counter
from dataclasses import dataclass, field

from lambdas.manifest.counts.class_names import ClassNames
from lambdas.manifest.counts.equal_images import EqualImages
from lambdas.manifest.counts.examined_images import ExaminedImages
from lambdas.manifest.counts.findings import KEPT_LINES, Findings
from lambdas.manifest.counts.sample import Sample
from lambdas.manifest.format import ManifestName
from lambdas.manifest.line.record import Record
from lambdas.manifest.policy import Policy
from lambdas.manifest.split.channel import Channel
from lambdas.manifest.stream.label_attribute import LabelAttributes

TOO_SMALL = 2  # pixels of a box's shorter side, at image_shape


@dataclass(slots=True)
class Progress:
    """What was counted so far.

    Attributes:
        fates: lines by what became of them (usable, failed, unlabeled, invalid).
        per_image: usable images by their number of boxes.
        verdicts: those of label verification jobs, on usable lines.
        dropped_by_verdict: lines that the policy left out of both channels for theirs.
        label_found: whether any line has the label attribute or its metadata.
        no_manifest: whether reading ended at once, because a file is not a manifest.
        examined: what was found in the images; None where nobody has looked at them.
        equal_images: the usable ones that have the same bytes as others.
        set_aside: lines that are invalid because of their images alone.
        tiny_boxes: those that vanish when the image is scaled.
        tiny_images: those with such boxes.
        tiny_lines: the first of their lines.
    """

    policy: Policy
    train: Channel
    validation: Channel
    test: Channel
    attributes: LabelAttributes
    findings: Findings = field(default_factory=Findings)
    names: ClassNames = field(default_factory=ClassNames)
    sample: Sample = field(default_factory=Sample)
    fates: Counter[str] = field(default_factory=Counter)
    per_image: Counter[int] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    dropped_by_verdict: int = 0
    label_found: bool = False
    no_manifest: bool = False
    examined: ExaminedImages | None = None
    equal_images: EqualImages = field(default_factory=EqualImages)
    set_aside: int = 0
    tiny_boxes: int = 0
    tiny_images: int = 0
    tiny_lines: list[int] = field(default_factory=list)

    def note(self, record: Record, line: int, manifest: ManifestName) -> int:
        """Note boxes that vanish when scaled; sample the record if that is due.

        Returns:
            The line from which on the next record is to be sampled.
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
        """Boxes by class id in both channels and the test part."""
        return self.train.boxes + self.validation.boxes + self.test.boxes

    @property
    def images(self) -> Counter[int]:
        """Images by class id in both channels and the test part."""
        return self.train.images + self.validation.images + self.test.images

    @property
    def empty(self) -> int:
        """Usable images without boxes."""
        return self.per_image[0]

    @property
    def dropped_empty(self) -> int:
        """Usable images without boxes that are in no channel."""
        return self.empty if self.policy.empty_images == "drop" else 0

    @property
    def written(self) -> int:
        """Images in both channels."""
        return self.train.records + self.validation.records

    @property
    def most_boxes(self) -> int:
        """Boxes on the fullest image."""
        return max(self.per_image, default=0)
