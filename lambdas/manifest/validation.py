"""`Validate Manifest`: reads one or two manifests, writes what is trained on, and reports."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from lambdas.manifest.attribute import LabelAttributes, settled, spool
from lambdas.manifest.channel import Channel, Output, Sink
from lambdas.manifest.document import document_fault
from lambdas.manifest.duplicates import SeenImages
from lambdas.manifest.findings import Manifest, fault
from lambdas.manifest.lines import RawStream, batches
from lambdas.manifest.placement import Fixed, Split
from lambdas.manifest.policy import Policy
from lambdas.manifest.reading import Placement, Reading
from lambdas.manifest.rejected import Rejected
from lambdas.manifest.report import Report
from lambdas.manifest.summing_up import sum_up
from lambdas.manifest.tally import Tally

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where the output goes, in chunks of 1 MiB or more (but for the last).

    train and validation get the usable lines unchanged, each ending in a line feed (a byte order
    mark is left out); rejected gets a JSON line for each line that is in neither.
    """

    train: Sink
    validation: Sink
    rejected: Sink


def validate_manifest(
    manifest: RawStream,
    policy: Policy,
    sinks: Sinks,
    validation_manifest: RawStream | None = None,
    progress: Progress | None = None,
) -> Report:
    """Validate a manifest and split it into the channels of a training job, in constant memory.

    With `validation_manifest` nothing is split: `manifest` goes to train, the other to
    validation, under the same label attribute, classes and rules. `progress` gets the number of
    bytes of each chunk read. A manifest that can't be trained on gives a report with the verdict
    "rejected"; only the streams and sinks raise. Reading ends early only on a file that is no
    manifest: compressed, pretty-printed, or without a label in its first 64 MiB.
    """
    tally = Tally(
        policy,
        Channel(Output(sinks.train)),
        Channel(Output(sinks.validation)),
        LabelAttributes(policy.label_attribute),
    )
    rejected = Rejected(sinks.rejected)
    seen = SeenImages()
    reading = Reading(tally, rejected, seen)
    if validation_manifest is None:
        split = Split(tally.train, tally.validation, policy.validation_fraction)
        _read(reading, tally, batches(manifest, progress), "train", split)
        split.close()
    else:
        given: dict[Manifest, RawStream] = {"train": manifest, "validation": validation_manifest}
        for name, stream in given.items():
            fixed = Fixed(tally.channels[name])
            _read(reading, tally, batches(stream, progress), name, fixed)
            fixed.close()
    rejected.close()
    return sum_up(tally, seen)


def _read(
    reading: Reading,
    tally: Tally,
    lines: Iterator[list[bytes]],
    manifest: Manifest,
    placement: Placement,
) -> None:
    before = tally.fates.total()
    head = next(lines, [])
    found = document_fault(head)
    if found is not None:
        tally.findings.add(found, manifest=manifest)
        tally.fates["invalid"] += sum(not line.isspace() for line in head if line)
        return
    everything = chain([head], lines)
    if tally.attributes.chosen is not None:
        reading.read(everything, manifest, placement)
    else:
        with spool() as hold:
            reading.read(settled(everything, tally.attributes, hold), manifest, placement)
    if tally.fates.total() == before:
        tally.findings.add(fault("manifest-empty", manifest=manifest), manifest=manifest)
