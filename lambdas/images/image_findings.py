"""Sums up what was found in the images, and judges the manifest by it as by faulty lines."""

import msgspec

from lambdas.images.declared import Channel, Examined
from lambdas.images.equal_content import EqualContent
from lambdas.manifest.counts.findings import Findings
from lambdas.manifest.policy import Policy
from lambdas.manifest.report import Finding, Report, worst_first
from lambdas.manifest.summary.trainability import too_many_invalid


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
    the same share. Boxes, classes, hyperparameters and statistics remain those of all lines.
    """
    lost = {channel: len(lines) for channel, lines in found.set_aside.items()}
    records, split = report.records, report.split
    records = msgspec.structs.replace(
        records,
        usable=records.usable - sum(lost.values()),
        invalid=records.invalid + sum(lost.values()),
    )
    findings = [*report.findings, *found.ordered()]
    rejection = too_many_invalid(records.invalid, records.total, policy)
    if rejection is not None:
        findings.append(Findings().add(rejection))
    return msgspec.structs.replace(
        report,
        verdict="rejected" if rejection else report.verdict,
        records=records,
        split=msgspec.structs.replace(
            split,
            train=split.train - lost["train"],
            validation=split.validation - lost["validation"],
        ),
        findings=sorted(findings, key=worst_first),
    )
