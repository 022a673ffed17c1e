"""Collects what validation finds, counted by rule, with the first lines and the first message."""

from lambdas.manifest.format import ManifestName
from lambdas.manifest.report import Finding, worst_first
from lambdas.manifest.rules.rule import Fault

KEPT_LINES = 20


class Findings:
    """Everything found so far in both manifests; memory is bounded by the number of rules."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, ManifestName], Finding] = {}

    def add(
        self, found: Fault, line: int | None = None, manifest: ManifestName = "train"
    ) -> Finding:
        """Count ``found``, whose message is kept if it is the first of its kind.

        Returns:
            The finding that it is counted in.
        """
        key = found.rule.code, manifest
        finding = self._found.get(key)
        if finding is None:
            finding = self._found[key] = _first(found, line, manifest)
        finding.count += 1
        if line is not None and len(finding.lines) < KEPT_LINES:
            finding.lines.append(line)
        return finding

    def summarize(
        self, found: Fault, count: int, lines: list[int], manifest: ManifestName = "train"
    ) -> None:
        """Count something found on many lines, whose message is about all of them."""
        finding = self.add(found, manifest=manifest)
        finding.count += count - 1
        finding.lines += lines

    def ordered(self) -> list[Finding]:
        """Return all findings, worst first."""
        return sorted(self._found.values(), key=worst_first)

    @property
    def rejected(self) -> bool:
        """Whether anything found makes the manifest as a whole untrainable."""
        return any(
            finding.severity == "error" and finding.scope == "manifest"
            for finding in self._found.values()
        )


def _first(found: Fault, line: int | None, manifest: ManifestName) -> Finding:
    rule, message = found.rule, found.message
    if line is not None:
        place = "" if manifest == "train" else " of the validation manifest"
        message = f"line {line}{place}: {message}"
    return Finding(rule.code, rule.severity, 0, [], message, rule.fix, manifest, rule.scope)
