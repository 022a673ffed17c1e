"""What a batch of images is examined for, as its result travels from Check Images to the report."""

from collections.abc import Iterable

import msgspec

from lambdas.images.catalogue import RULES
from lambdas.images.examined import Examined
from lambdas.manifest.counts.examined_images import ExaminedImages, content_hash
from lambdas.manifest.format import ManifestName
from lambdas.manifest.line.declared_image import DeclaredImage
from lambdas.manifest.rules.rule import Fault


class SharedByBatches(msgspec.Struct, frozen=True):
    """What all batches of a Map Run have in common."""

    execution: str


class ImageBatch(msgspec.Struct, frozen=True, rename={"images": "Items", "shared": "BatchInput"}):
    """The input of a child of Check Images, under the names that Step Functions gives them."""

    images: list[DeclaredImage]
    shared: SharedByBatches


class LinesAtFault(msgspec.Struct, frozen=True):
    """The lines of a batch whose images break one rule, in order; details are those of the first.

    So the result of 1,000 images that break every rule is small: Step Functions carries 256 KiB.
    """

    code: str
    manifest: ManifestName
    lines: list[int]
    details: dict[str, object]


class LineContent(msgspec.Struct, frozen=True, array_like=True):
    """The ``content_hash`` of a line's image, in hexadecimal: JSONata keeps 53 bits of a number."""

    manifest: ManifestName
    line: int
    content: str


class BatchResult(msgspec.Struct, frozen=True):
    """What was found in the images of a batch; contents has those of which it is known.

    first: manifest and line of its first image, by which batches are told apart.
    """

    first: tuple[ManifestName, int]
    examined: int
    content_unknown: int
    faults: list[LinesAtFault]
    contents: list[LineContent]


def batch_result(examined: Iterable[Examined]) -> BatchResult:
    """Sum up the images of a batch, which come in no order."""
    ordered = sorted(examined, key=lambda each: (each.image.manifest, each.image.line))
    faults: dict[tuple[str, ManifestName], LinesAtFault] = {}
    contents = []
    for each in ordered:
        image = each.image
        for fault in each.faults:
            kind = fault.rule.code, image.manifest
            if kind not in faults:
                faults[kind] = LinesAtFault(*kind, [], fault.details or {})
            faults[kind].lines.append(image.line)
        if each.content is not None:
            hexadecimal = f"{content_hash(each.content):016x}"
            contents.append(LineContent(image.manifest, image.line, hexadecimal))
    first = ordered[0].image
    unknown = sum(each.content_is_unknown for each in ordered)
    place = first.manifest, first.line
    return BatchResult(place, len(ordered), unknown, list(faults.values()), contents)


def examined_images(results: Iterable[BatchResult]) -> ExaminedImages:
    """Collect the results of all batches of an execution; one that comes twice counts once."""
    collected = ExaminedImages()
    seen = set()
    for result in results:
        if result.first in seen:
            continue
        seen.add(result.first)
        collected.examined += result.examined
        collected.content_unknown += result.content_unknown
        for found in result.faults:
            rule, details = RULES[found.code], found.details
            for number, line in enumerate(found.lines):
                fault = Fault(rule, None if number else details)
                collected.add_fault(fault, line, found.manifest)
        for known in result.contents:
            collected.add_content(int(known.content, 16), known.line, known.manifest)
    return collected
