"""Collects what validation finds, counted by rule, with the first lines and the first message."""

from typing import Literal, NamedTuple

from lambdas.manifest.report import Finding, worst_first
from lambdas.manifest.rules import RULES

Manifest = Literal["train", "validation"]
KEPT_LINES = 20
_NO_MANIFEST = {"pretty-printed", "gzip-compressed", "manifest-empty"}


class Fault(NamedTuple):
    """One broken rule on one line, with the values its template names."""

    code: str
    details: dict[str, object]

    @property
    def costs_the_line(self) -> bool:
        """Whether the line can't be used because of it."""
        rule = RULES[self.code]
        return rule.severity == "error" and rule.scope == "line"


def fault(code: str, **details: object) -> Fault:
    """A fault whose details are shown values, already quoted."""
    return Fault(code, details)


class Findings:
    """Everything found so far in both manifests; memory is bounded by the number of rules."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Manifest], Finding] = {}

    def add(
        self, found: Fault, line: int | None = None, manifest: Manifest = "train", count: int = 1
    ) -> None:
        """Count `found`; the first of its kind gives the message."""
        finding = self._found.get((found.code, manifest))
        if finding is None:
            finding = self._found[found.code, manifest] = _first(found, line, manifest)
        finding.count += count
        if line is not None and len(finding.lines) < KEPT_LINES:
            finding.lines.append(line)

    def summarize(
        self, found: Fault, count: int, lines: list[int], manifest: Manifest = "train"
    ) -> None:
        """Count something found on many lines, whose message is about all of them."""
        self.add(found, manifest=manifest, count=count)
        self._found[found.code, manifest].lines += lines

    @property
    def stopped(self) -> bool:
        """Whether reading ended at once, because a file is no manifest."""
        return any(code in _NO_MANIFEST for code, _ in self._found)

    def ordered(self) -> list[Finding]:
        """All findings, worst first."""
        return sorted(self._found.values(), key=worst_first)

    @property
    def rejected(self) -> bool:
        """Whether anything found makes the manifest as a whole untrainable."""
        return any(
            finding.severity == "error" and RULES[finding.code].scope == "manifest"
            for finding in self._found.values()
        )


def _first(found: Fault, line: int | None, manifest: Manifest) -> Finding:
    rule = RULES[found.code]
    message = rule.template.format(**found.details)
    if line is not None:
        place = "" if manifest == "train" else " of the validation manifest"
        message = f"line {line}{place}: {message}"
    return Finding(rule.code, rule.severity, 0, [], message, rule.fix, manifest)
