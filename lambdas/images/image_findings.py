"""Sums up what was found in the images, and judges the manifest by it as by faulty lines."""

import msgspec

from lambdas.images.declared import Channel, Examined, ImageFault
from lambdas.images.equal_content import EqualContent
from lambdas.manifest.findings import KEPT_LINES
from lambdas.manifest.policy import Policy
from lambdas.manifest.report import Finding, Report
from lambdas.manifest.rules import RULES
from lambdas.manifest.text import percent


class ImageFindings:
    """Everything found in the images so far; images of train come before those of validation.

    set_aside: lines by channel that can't be used because of their images.
    """

    def __init__(self) -> None:
        self.set_aside: dict[Channel, list[int]] = {"train": [], "validation": []}
        self._equal = EqualContent()
        self._found: dict[tuple[str, str], Finding] = {}

    @property
    def content_unknown(self) -> int:
        """Images of which it is not known whether another one has the same bytes."""
        return self._equal.unknown

    def add(self, examined: Examined) -> None:
        """Count what was found in an image."""
        image = examined.image
        repeated = self._equal.add(examined)
        for fault in [*examined.faults, *([repeated] if repeated else [])]:
            self._count(fault, image.line, image.channel)
        if any(fault.rule.severity == "error" for fault in examined.faults):
            self.set_aside[image.channel].append(image.line)

    def ordered(self) -> list[Finding]:
        """All findings, worst first."""
        return sorted(self._found.values(), key=_worst_first)

    def _count(self, fault: ImageFault, line: int, channel: Channel) -> None:
        rule = fault.rule
        finding = self._found.get((rule.code, channel))
        if finding is None:
            finding = Finding(rule.code, rule.severity, 0, [], fault.message, rule.fix, channel)
            self._found[rule.code, channel] = finding
        finding.count += 1
        if len(finding.lines) < KEPT_LINES:
            finding.lines.append(line)


def with_images(
    report: Report, found: ImageFindings, policy: Policy, *, one_manifest: bool = False
) -> Report:
    """Return an accepted manifest's report with what was found in its images.

    Lines whose images can't be used count as invalid from here on, and reject the manifest above
    the same share. Boxes, classes and statistics remain those of all lines. With ``one_manifest``,
    the lines of both channels are numbered as in the manifest that was split.
    """
    lost = {channel: len(lines) for channel, lines in found.set_aside.items()}
    records, split = report.records, report.split
    records = msgspec.structs.replace(
        records,
        usable=records.usable - sum(lost.values()),
        invalid=records.invalid + sum(lost.values()),
    )
    of_images = found.ordered()
    if one_manifest:
        of_images = [msgspec.structs.replace(each, manifest="train") for each in of_images]
    findings = [*report.findings, *of_images]
    rejected = records.invalid > policy.max_invalid_fraction * records.total
    if rejected:
        findings.append(_too_many_invalid(records.invalid, records.total, policy))
    return msgspec.structs.replace(
        report,
        verdict="rejected" if rejected else report.verdict,
        records=records,
        split=msgspec.structs.replace(
            split,
            train=split.train - lost["train"],
            validation=split.validation - lost["validation"],
        ),
        findings=sorted(findings, key=_worst_first),
    )


def _too_many_invalid(invalid: int, total: int, policy: Policy) -> Finding:
    rule = RULES["too-many-invalid-lines"]
    message = rule.template.format(
        invalid=f"{invalid:,}",
        total=f"{total:,}",
        share=percent(invalid, total),
        limit=percent(policy.max_invalid_fraction, 1),
    )
    return Finding(rule.code, rule.severity, 1, [], message, rule.fix)


def _worst_first(finding: Finding) -> tuple[bool, bool, int, str]:
    """Sort key: what rejects the manifest, what costs lines, what only warns; often before rare."""
    of_line = finding.code not in RULES or RULES[finding.code].scope == "line"
    return finding.severity != "error", of_line, -finding.count, finding.code
