"""The part of a report that is drawn on its page: bounded figures, and images with their boxes."""

import msgspec

from lambdas.manifest.format import ManifestName


class SampleBox(msgspec.Struct):
    """A box to draw, in pixels from the image's upper left corner."""

    class_id: int
    left: float
    top: float
    width: float
    height: float


class SampleRecord(msgspec.Struct, omit_defaults=True):
    """An image to draw: at most 100 of its boxes; codes of what was found on its line."""

    line: int
    manifest: ManifestName
    source_ref: str
    width: int
    height: int
    boxes: list[SampleBox]
    codes: list[str] = []


class ChannelBoxes(msgspec.Struct):
    """Boxes of one class in each channel and in the test part."""

    train: int
    validation: int
    test: int = 0


class Statistics(msgspec.Struct):
    """Bounded figures for the report that people look at.

    boxes_per_image: pairs of a number of boxes and the images that have so many, ascending.
    box_sizes: counts by height (rows) and width (columns) in pixels at image_shape;
        bin i reaches from size_edges[i] up to size_edges[i + 1].
    positions: counts of box centres on a grid over the image, rows from top to bottom.
    sampled_boxes: boxes behind box_sizes, positions and without_anchor; all of them up to 8,192,
        above that an even sample.
    anchors: widths and heights in pixels at image_shape of the anchors of base_network.
    without_anchor: sampled boxes that no anchor overlaps by overlap_threshold, by class id.
    found: images of lines that findings name, one for each code; their boxes may be out of place.
    rare: the first images of the classes with the fewest boxes.
    ratio_edges, ratios: counts of sampled boxes by width ÷ height at image_shape; bin i reaches
        from ratio_edges[i] up to ratio_edges[i + 1], the last one on from there.
    image_sizes: the most frequent sizes in pixels, of sampled lines.
    class_sizes: by class id, the median of the boxes' square root of the area, in pixels at
        image_shape.
    label_sources: sampled lines by what metadata gives as human-annotated: "yes" for people, "no"
        for automatic labeling; adjustments: by their adjustment-status.
    confidences: sampled boxes by confidence, in ten steps from 0 to 1.
    verdicts: usable lines by verdict of label verification jobs.
    dropped_by_verdict: usable records that the policy left out of both channels for theirs.
    dropped_empty: usable records without boxes that the policy left out of both channels.
    """

    classes: dict[str, ChannelBoxes]
    boxes_per_image: list[tuple[int, int]]
    image_shape: int
    size_edges: list[float]
    box_sizes: list[list[int]]
    positions: list[list[int]]
    sampled_boxes: int
    samples: list[SampleRecord]
    base_network: str
    overlap_threshold: float
    anchors: list[tuple[float, float]]
    without_anchor: dict[str, int]
    found: list[SampleRecord]
    rare: list[SampleRecord]
    ratio_edges: list[float]
    ratios: list[int]
    image_sizes: list[tuple[int, int, int]]
    class_sizes: dict[str, float]
    label_sources: dict[str, int]
    adjustments: dict[str, int]
    confidences: list[int]
    verdicts: dict[str, int]
    dropped_by_verdict: int
    dropped_empty: int

    def drawn(self) -> list[SampleRecord]:
        """Return all images to draw: those of findings, of rare classes, then the even sample."""
        shown: dict[tuple[str, int], SampleRecord] = {}
        for record in (*self.found, *self.rare, *self.samples):
            shown.setdefault((record.manifest, record.line), record)
        return list(shown.values())
