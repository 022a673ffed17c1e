"""What a validation found: an execution's report.json, and what ``gt-train validate`` prints."""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from lambdas.manifest.format import ManifestName
from lambdas.manifest.report_statistics import Statistics
from lambdas.manifest.rules.rule import Scope, Severity
from lambdas.manifest.rules.text import escape

SHOWN_CLASSES = 50
SHOWN_LINES = 5


class Records(msgspec.Struct):
    """Lines that are not blank, by fate: total = usable + failed + unlabeled + invalid.

    ``empty`` are the usable ones without boxes, whether the policy keeps or drops them.
    """

    total: int = 0
    usable: int = 0
    failed: int = 0
    unlabeled: int = 0
    empty: int = 0
    invalid: int = 0


class ClassCount(msgspec.Struct):
    """One class: its name, its boxes, and the images that show it."""

    name: str
    boxes: int
    images: int


class SplitCounts(msgspec.Struct):
    """Records written to each channel and to the test part, which no training job sees.

    Together the usable ones less those that the policy leaves out.
    """

    train: int = 0
    validation: int = 0
    test: int = 0


class ImageCounts(msgspec.Struct):
    """Images that were looked at themselves.

    content_unknown: those of which S3 does not say enough to tell whether another one has the same
        bytes.
    """

    examined: int
    content_unknown: int


class Finding(msgspec.Struct, omit_defaults=True):
    """A rule that was broken: how often (lines), where first, what was found there."""

    code: str
    severity: Severity
    count: int
    lines: list[int]
    message: str
    fix: str
    manifest: ManifestName = "train"
    scope: Scope = "line"

    def __str__(self) -> str:
        """One line for a person, in ASCII: Lambda escapes all else for the console."""
        where = (
            f", lines {_shown_lines(self.lines, self.count)}"
            if self.lines and self.count > 1
            else ""
        )
        return f"{self.code} x{self.count}{where}: {self.message}. {self.fix}"


class Report(msgspec.Struct):
    """The whole result; ``to_json`` is the document, ``cause`` and ``summary`` are for the console.

    images: None where nobody has looked at them.
    """

    verdict: Literal["accepted", "rejected"]
    label_attribute: str | None
    records: Records
    boxes: int
    max_boxes_per_image: int
    classes: dict[str, ClassCount]
    split: SplitCounts
    hyperparameters: dict[str, str]
    findings: list[Finding]
    statistics: Statistics
    images: ImageCounts | None = None

    def to_json(self) -> bytes:
        """Return the document as UTF-8 JSON on one line."""
        return msgspec.json.encode(self)

    def fates(self) -> dict[str, int]:
        """Return how many lines that are not blank went where; together the total."""
        records = self.records
        lost = {
            "invalid": records.invalid,
            "unlabeled": records.unlabeled,
            "failed": records.failed,
        }
        if self.verdict == "rejected":
            return lost | {"manifest-rejected": records.usable}
        return lost | {
            "train": self.split.train,
            "validation": self.split.validation,
            "test": self.split.test,
            "dropped-empty": self.statistics.dropped_empty,
            "dropped-by-verdict": self.statistics.dropped_by_verdict,
        }

    def cause(self, limit: int = 1500) -> str:
        """Why the manifest was rejected, worst first, in at most ``limit`` characters."""
        total = self.records.total
        head = f"Manifest rejected: {self.records.usable} of {total} records are usable."
        errors = [str(finding) for finding in self.findings if finding.severity == "error"]
        return _fitting([head, *errors], limit)

    def summary(self) -> dict[str, Any]:
        """Return the report small enough to read in the Step Functions console."""
        return {
            "verdict": self.verdict,
            "label_attribute": self.label_attribute,
            "records": msgspec.to_builtins(self.records),
            "boxes": self.boxes,
            "max_boxes_per_image": self.max_boxes_per_image,
            "classes": self._class_names(),
            "split": msgspec.to_builtins(self.split),
            "hyperparameters": dict(self.hyperparameters),
            "warnings": [
                f"{finding.code} ×{finding.count}"
                for finding in self.findings
                if self.verdict == "accepted" or finding.severity == "warning"
            ],
        }

    def _class_names(self) -> list[str]:
        names = [escape(found.name, 60) for found in self.classes.values()]
        more = len(names) - SHOWN_CLASSES
        return [*names[:SHOWN_CLASSES], f"+{more} more"] if more > 0 else names


def worst_first(finding: Finding) -> tuple[bool, bool, int, str]:
    """Sort key: what rejects the manifest, what costs lines, what only warns; often before rare."""
    return (
        finding.severity != "error",
        finding.scope != "manifest",
        -finding.count,
        finding.code,
    )


def _shown_lines(lines: Iterable[int], count: int) -> str:
    shown = [str(line) for line in lines][:SHOWN_LINES]
    return ", ".join(shown) + (", ..." if count > len(shown) else "")


def _fitting(parts: list[str], limit: int) -> str:
    text = ""
    for index, part in enumerate(parts):
        more = f"\n+{len(parts) - index} more findings"
        if len(text) + len(part) + 1 + len(more) > limit:
            room = limit - len(text) - len(more) - 4
            if index <= 1 and room > 0:  # the worst finding is always there, if only its beginning
                return f"{text}\n{part[:room]}...{more}".strip()
            return f"{text}{more}"[:limit]
        text = f"{text}\n{part}".strip()
    return text
