"""Makes the report of a tally, once the last line was read."""

from lambdas.manifest.duplicates import SeenImages
from lambdas.manifest.findings import Manifest, fault
from lambdas.manifest.hyperparameters import derive
from lambdas.manifest.report import ClassCount, Records, Report, SplitCounts
from lambdas.manifest.statistics import statistics
from lambdas.manifest.tally import Tally
from lambdas.manifest.trainability import judge, tiny_boxes


def sum_up(tally: Tally, seen: SeenImages) -> Report:
    """The report; both channels must be closed."""
    _note_duplicates(tally, seen)
    if tally.tiny_images:
        tally.findings.summarize(tiny_boxes(tally), tally.tiny_images, tally.tiny_lines)
    if not tally.findings.stopped:
        for found in judge(tally):
            tally.findings.add(found)
    policy = tally.policy
    boxes, images, names = tally.boxes, tally.images, tally.names.names
    trainable = tally.train.records > 0 and names
    dropped = tally.empty if policy.empty_images == "drop" else 0
    return Report(
        verdict="rejected" if tally.findings.rejected else "accepted",
        label_attribute=tally.attributes.chosen,
        records=_records(tally),
        boxes=boxes.total(),
        max_boxes_per_image=tally.most_boxes,
        classes={str(c): ClassCount(names[c], boxes[c], images[c]) for c in sorted(names)},
        split=SplitCounts(tally.train.records, tally.validation.records),
        hyperparameters=derive(policy, max(names), tally.train.records, tally.most_boxes)
        if trainable
        else {},
        findings=tally.findings.ordered(),
        statistics=statistics(
            tally.train,
            tally.validation,
            tally.per_image,
            tally.sample,
            policy.image_shape,
            dropped,
        ),
    )


def _records(tally: Tally) -> Records:
    fates = tally.fates
    return Records(
        total=fates.total(),
        usable=fates["usable"],
        failed=fates["failed"],
        unlabeled=fates["unlabeled"],
        empty=tally.empty,
        invalid=fates["invalid"],
    )


def _note_duplicates(tally: Tally, seen: SeenImages) -> None:
    for found in seen.repeated():
        code = "duplicate-image" if found.same_manifest else "image-in-both-manifests"
        manifest: Manifest = "validation" if found.in_validation else "train"
        tally.findings.summarize(fault(code), found.count, found.lines, manifest)
