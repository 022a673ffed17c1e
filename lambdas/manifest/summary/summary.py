"""Makes the report of what was counted, once the last line was read."""

from lambdas.manifest.counts.duplicates import SeenImages
from lambdas.manifest.counts.progress import Progress
from lambdas.manifest.report import ClassCount, ImageCounts, Records, Report, SplitCounts
from lambdas.manifest.summary.anchor_reach import judge_reach, without_anchor
from lambdas.manifest.summary.derived_hyperparameters import derived_hyperparameters
from lambdas.manifest.summary.near_twins import note_near_twins
from lambdas.manifest.summary.statistics import statistics
from lambdas.manifest.summary.trainability import judge
from lambdas.manifest.summary.training_settings import note_tiny_boxes
from lambdas.manifest.summary.unexamined import note_unexamined


def summarize(progress: Progress, seen: SeenImages) -> Report:
    """Return the report; both channels must be closed."""
    seen.report_to(progress.findings)
    progress.equal_images.report_to(progress.findings)
    note_unexamined(progress)
    note_tiny_boxes(progress)
    note_near_twins(progress)
    progress.names.call_by_id(progress.boxes)
    if not progress.no_manifest:
        for found in judge(progress):
            progress.findings.add(found)
    drawn = progress.sample.boxes()
    missed = without_anchor(drawn, progress.policy)
    for found in judge_reach(progress, drawn, missed):
        progress.findings.add(found)
    examined = progress.examined
    boxes, images, names = progress.boxes, progress.images, progress.names.names
    return Report(
        verdict="rejected" if progress.findings.rejected else "accepted",
        label_attribute=progress.attributes.chosen,
        records=_records(progress),
        boxes=boxes.total(),
        max_boxes_per_image=progress.most_boxes,
        classes={str(c): ClassCount(names[c], boxes[c], images[c]) for c in sorted(names)},
        split=_split(progress),
        hyperparameters=_hyperparameters(progress),
        findings=progress.findings.ordered(),
        statistics=statistics(progress, drawn, missed),
        images=ImageCounts(examined.examined, examined.content_unknown) if examined else None,
    )


def _hyperparameters(progress: Progress) -> dict[str, str]:
    names, split = progress.names.names, _split(progress)
    if not names or not split.train:
        return {}
    return derived_hyperparameters(progress.policy, max(names), split, progress.most_boxes)


def _split(progress: Progress) -> SplitCounts:
    return SplitCounts(progress.train.records, progress.validation.records, progress.test.records)


def _records(progress: Progress) -> Records:
    fates = progress.fates
    return Records(
        total=fates.total(),
        usable=fates["usable"],
        failed=fates["failed"],
        unlabeled=fates["unlabeled"],
        empty=progress.empty,
        invalid=fates["invalid"],
    )
