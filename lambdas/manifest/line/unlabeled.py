"""Says why a line has no label to train on: not labeled yet, failed, or another task's."""

from typing import Any, Literal

from lambdas.manifest.format import METADATA
from lambdas.manifest.line.image import SOURCE_REF_MISSING, point_cloud_fault
from lambdas.manifest.line.task import has_boxes, task_fault
from lambdas.manifest.rules.rule import LABELING_OUTPUT, OBSERVED, Fault, Rule
from lambdas.manifest.rules.text import listing, quote
from lambdas.manifest.stream.label_attribute import LABEL_ATTRIBUTE_AMBIGUOUS

UNLABELED = Rule(
    code="unlabeled",
    severity="warning",
    title="The image has no label yet",
    template="neither {attribute} nor its metadata is there: the image was never labeled",
    fix="Finish the labeling job, or label the rest with a chained job.",
    source=LABELING_OUTPUT,
)

LABELING_FAILED = Rule(
    code="labeling-failed",
    severity="warning",
    title="Labeling the image failed",
    template="Ground Truth could not label the image: {reason}",
    fix="Correct what the reason says and label these images with a chained job.",
    source=OBSERVED,
)

METADATA_WITHOUT_LABEL = Rule(
    code="metadata-without-label",
    severity="error",
    title="Metadata without its label",
    template="metadata of {attribute} is there, but neither the label nor a failure-reason",
    fix="Restore the label from the labeling job's output, or remove its metadata as well: the "
    "image then counts as one without a label.",
    source=LABELING_OUTPUT,
)

RULES = (UNLABELED, LABELING_FAILED, METADATA_WITHOUT_LABEL)

Unlabeled = Literal["failed", "unlabeled", "invalid"]


def judge_unlabeled(document: dict[str, Any], attribute: str | None) -> tuple[Unlabeled, Fault]:
    """Return what becomes of a line without the label, and the rule that says why.

    Args:
        document: the line as it was parsed.
        attribute: the label that is trained on; None when none could be chosen.
    """
    metadata = {key: value for key, value in document.items() if key.endswith(METADATA)}
    for key, value in metadata.items():
        about_label = attribute is None or key == attribute + METADATA
        if about_label and isinstance(value, dict) and "failure-reason" in value:
            return "failed", LABELING_FAILED.fault(reason=quote(value["failure-reason"], 300))
    three_d = point_cloud_fault(document)
    if three_d is not None:
        return "invalid", three_d
    if "source-ref" not in document and not metadata:
        return "invalid", SOURCE_REF_MISSING.fault(keys=listing(document))
    if attribute is None:
        return _judge_unchosen(document)
    about = attribute + METADATA
    if about in metadata:
        missing = METADATA_WITHOUT_LABEL.fault(attribute=quote(attribute))
        return "invalid", task_fault(document, attribute) or missing
    return "unlabeled", UNLABELED.fault(attribute=quote(attribute))


def _judge_unchosen(document: dict[str, Any]) -> tuple[Unlabeled, Fault]:
    boxes = [name for name in document if has_boxes(document, name)]
    if boxes:
        return "unlabeled", LABEL_ATTRIBUTE_AMBIGUOUS.fault(found=listing(boxes))
    for key in document:
        other = task_fault(document, key.removesuffix(METADATA)) if key.endswith(METADATA) else None
        if other is not None:
            return "invalid", other
        name = key.removesuffix(METADATA)
        if name not in document and has_boxes(document, name):
            return "invalid", METADATA_WITHOUT_LABEL.fault(attribute=quote(name))
    return "unlabeled", UNLABELED.fault(attribute="a label")
