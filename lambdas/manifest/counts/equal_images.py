"""Finds images that have the same bytes under two names, above all in both channels."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from lambdas.manifest.counts.findings import Findings
from lambdas.manifest.format import ManifestName
from lambdas.manifest.rules.rule import S3, Fault, Rule
from lambdas.manifest.rules.text import quote

REPEATED = Rule(
    code="image-content-repeated",
    severity="warning",
    title="Images of one channel have the same bytes",
    template="{image} has the same bytes as {other}",
    fix="Keep one of them: a repeated image counts twice, and its boxes may contradict.",
    source=S3 + "API/API_Object.html",
)

LEAKED = Rule(
    code="image-content-in-both",
    severity="warning",
    title="Images of both channels have the same bytes",
    template="{image} in validation has the same bytes as {other} in train",
    fix="Remove one of them: the model is judged on an image that it has learned, and looks "
    "better than it is.",
    source=S3 + "API/API_Object.html",
)

RULES = (REPEATED, LEAKED)


class Sides(Protocol):
    """Knows in the end on which side of the split a group of images is."""

    def side(self, key: int) -> ManifestName:
        """Return the channel of the group with this hash."""


class _Image(NamedTuple):
    source_ref: str
    line: int
    manifest: ManifestName
    key: int
    sides: Sides

    @property
    def channel(self) -> ManifestName:
        return self.sides.side(self.key)


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
        sides: Sides,
    ) -> None:
        """Take an image; ``key`` is the hash of its group, whose side ``sides`` knows."""
        image = _Image(source_ref, line, manifest, key, sides)
        self._images.setdefault(content, []).append(image)

    def report_to(self, findings: Findings) -> None:
        """Say which images have the same bytes, once all are placed."""
        found = [each for images in self._images.values() for each in _faults(images)]
        found.sort(key=lambda each: (each[1].manifest, each[1].line))
        for fault, image in found:
            findings.add(fault, image.line, image.manifest)


def _faults(images: list[_Image]) -> Iterator[tuple[Fault, _Image]]:
    """Yield what is wrong with all but the first; a leak is one of the image in validation.

    One image on two lines is for the rules of the manifest.
    """
    first, *others = sorted(images, key=lambda image: image.channel)
    for image in others:
        if image.source_ref != first.source_ref:
            rule = REPEATED if image.channel == first.channel else LEAKED
            yield rule.fault(image=quote(image.source_ref), other=quote(first.source_ref)), image
