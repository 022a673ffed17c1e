"""Makes the report of what was counted, once the last line was read."""

from lambdas.manifest.counts.duplicates import SeenImages
from lambdas.manifest.counts.progress import Progress
from lambdas.manifest.report import ClassCount, Records, Report, SplitCounts
from lambdas.manifest.summary.derived_hyperparameters import derived_hyperparameters
from lambdas.manifest.summary.statistics import statistics
from lambdas.manifest.summary.trainability import judge
from lambdas.manifest.summary.training_settings import note_tiny_boxes


def summarize(progress: Progress, seen: SeenImages) -> Report:
    """Return the report; both channels must be closed."""
    seen.report_to(progress.findings)
    note_tiny_boxes(progress)
    if not progress.no_manifest:
        for found in judge(progress):
            progress.findings.add(found)
    boxes, images, names = progress.boxes, progress.images, progress.names.names
    return Report(
        verdict="rejected" if progress.findings.rejected else "accepted",
        label_attribute=progress.attributes.chosen,
        records=_records(progress),
        boxes=boxes.total(),
        max_boxes_per_image=progress.most_boxes,
        classes={str(c): ClassCount(names[c], boxes[c], images[c]) for c in sorted(names)},
        split=SplitCounts(progress.train.records, progress.validation.records),
        hyperparameters=_hyperparameters(progress),
        findings=progress.findings.ordered(),
        statistics=statistics(progress),
    )


def _hyperparameters(progress: Progress) -> dict[str, str]:
    names, train = progress.names.names, progress.train.records
    if not names or not train:
        return {}
    return derived_hyperparameters(progress.policy, max(names), train, progress.most_boxes)


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
