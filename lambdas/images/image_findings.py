"""Sums up what was found in the images, and judges the manifest by it as by faulty lines."""

import msgspec

from lambdas.images.declared import Channel, Examined
from lambdas.images.equal_content import EqualContent
from lambdas.manifest.counts.findings import Findings
from lambdas.manifest.policy import Policy
from lambdas.manifest.report import Finding, Records, Report, SplitCounts, worst_first
from lambdas.manifest.rules.rule import Fault
from lambdas.manifest.summary.derived_hyperparameters import derived_hyperparameters
from lambdas.manifest.summary.trainability import CHANNEL_EMPTY, too_many_invalid


class ImageFindings:
    """Everything found in the images so far; images of train come before those of validation.

    With ``one_manifest``, the lines of both channels are numbered as in the one that was split.

    Attributes:
        set_aside: lines by channel that can't be used because of their images.
    """

    def __init__(self, *, one_manifest: bool = False) -> None:
        self.set_aside: dict[Channel, list[int]] = {"train": [], "validation": []}
        self._one_manifest = one_manifest
        self._equal = EqualContent()
        self._findings = Findings()

    def add(self, examined: Examined) -> None:
        """Count what was found in an image."""
        image = examined.image
        repeated = self._equal.add(examined)
        for fault in [*examined.faults, *([repeated] if repeated else [])]:
            manifest = "train" if self._one_manifest else image.channel
            self._findings.add(fault, image.line, manifest)
        if any(fault.costs_the_line for fault in examined.faults):
            self.set_aside[image.channel].append(image.line)

    def ordered(self) -> list[Finding]:
        """Return all findings, worst first, with their lines in order."""
        findings = self._findings.ordered()
        for finding in findings:
            finding.lines.sort()
        return findings


def with_images(report: Report, found: ImageFindings, policy: Policy) -> Report:
    """Return an accepted manifest's report with what was found in its images.

    Lines whose images can't be used count as invalid from here on, and reject the manifest above
    the same share. Boxes, classes and statistics remain those of all lines.
    """
    lost = {channel: len(lines) for channel, lines in found.set_aside.items()}
    records = msgspec.structs.replace(
        report.records,
        usable=report.records.usable - sum(lost.values()),
        invalid=report.records.invalid + sum(lost.values()),
    )
    split = SplitCounts(
        report.split.train - lost["train"], report.split.validation - lost["validation"]
    )
    findings = [*report.findings, *found.ordered()]
    rejection = _rejection(records, split, policy)
    if rejection is not None:
        findings.append(Findings().add(rejection))
    return msgspec.structs.replace(
        report,
        verdict="rejected" if rejection else report.verdict,
        records=records,
        split=split,
        hyperparameters=_hyperparameters(report, split, policy),
        findings=sorted(findings, key=worst_first),
    )


def _rejection(records: Records, split: SplitCounts, policy: Policy) -> Fault | None:
    too_many = too_many_invalid(records.invalid, records.total, policy)
    if too_many is not None:
        return too_many
    channels = {"train": split.train, "validation": split.validation}
    empty = (CHANNEL_EMPTY.fault(channel=name) for name, left in channels.items() if not left)
    return next(empty, None)


def _hyperparameters(report: Report, split: SplitCounts, policy: Policy) -> dict[str, str]:
    if not split.train:
        return {}
    highest = max(int(class_id) for class_id in report.classes)
    return derived_hyperparameters(policy, highest, split, report.max_boxes_per_image)
