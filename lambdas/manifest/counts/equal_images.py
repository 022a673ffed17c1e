"""Finds images that have the same bytes under two names, above all on both sides of the split."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol, get_args

from lambdas.manifest.counts.findings import Findings
from lambdas.manifest.format import ManifestName, Part
from lambdas.manifest.rules.rule import S3, Fault, Rule
from lambdas.manifest.rules.text import quote

REPEATED = Rule(
    code="image-content-repeated",
    severity="warning",
    title="Images have the same bytes",
    template="{image} has the same bytes as {other}",
    fix="Keep one of them: a repeated image counts twice, and its boxes may contradict.",
    source=S3 + "API/API_Object.html",
)

LEAKED = Rule(
    code="image-content-leaked",
    severity="warning",
    title="Images on both sides of the split have the same bytes",
    template="{image} in {part} has the same bytes as {other} in {other_part}",
    fix="Remove one of them: a model that is judged on an image that it has learned looks better "
    "than it is.",
    source=S3 + "API/API_Object.html",
)

RULES = (REPEATED, LEAKED)


class Placed(Protocol):
    """Knows in the end where the groups of images are."""

    def part(self, key: int) -> Part:
        """Return where the group with this hash is."""


class _Image(NamedTuple):
    source_ref: str
    line: int
    manifest: ManifestName
    key: int
    placed: Placed

    @property
    def part(self) -> Part:
        return self.placed.part(self.key)


class EqualImages:
    """Usable images that have the same bytes as others, by their content."""

    def __init__(self) -> None:
        self._images: dict[int, list[_Image]] = {}

    def add(
        self,
        content: int,
        source_ref: str,
        line: int,
        manifest: ManifestName,
        key: int,
        placed: Placed,
    ) -> None:
        """Take an image; ``key`` is the hash of its group, whose part ``placed`` knows."""
        image = _Image(source_ref, line, manifest, key, placed)
        self._images.setdefault(content, []).append(image)

    def report_to(self, findings: Findings) -> None:
        """Say which images have the same bytes, once all are placed."""
        found = [each for images in self._images.values() for each in _faults(images)]
        found.sort(key=lambda each: (each[1].manifest, each[1].line))
        for fault, image in found:
            findings.add(fault, image.line, image.manifest)


def _faults(images: list[_Image]) -> Iterator[tuple[Fault, _Image]]:
    """Yield what is wrong with all but the first, which is in train if any is.

    One image on two lines is for the rules of the manifest.
    """
    first, *others = sorted(images, key=lambda image: get_args(Part).index(image.part))
    for image in others:
        if image.source_ref != first.source_ref:
            rule = REPEATED if image.part == first.part else LEAKED
            yield (
                rule.fault(
                    image=quote(image.source_ref),
                    part=image.part,
                    other=quote(first.source_ref),
                    other_part=first.part,
                ),
                image,
            )
