"""``Validate Manifest``: reads one or two manifests, writes what is trained on, and reports."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from lambdas.manifest.counts.duplicates import SeenImages
from lambdas.manifest.counts.examined_images import ExaminedImages
from lambdas.manifest.counts.progress import Progress
from lambdas.manifest.format import ManifestName
from lambdas.manifest.policy import Policy
from lambdas.manifest.reader import AnySplitter, ManifestReader
from lambdas.manifest.report import Report
from lambdas.manifest.split.accepted_images import AcceptedImages
from lambdas.manifest.split.channel import Channel, Output, Sink
from lambdas.manifest.split.holding_out import HoldingOut
from lambdas.manifest.split.rejected_lines import RejectedLines
from lambdas.manifest.split.splitter import OneChannel, Splitter
from lambdas.manifest.spool import spool
from lambdas.manifest.stream.document import MANIFEST_EMPTY, document_fault
from lambdas.manifest.stream.label_attribute import LabelAttributes
from lambdas.manifest.stream.lines import RawStream, batches
from lambdas.manifest.stream.lookahead import with_label_chosen
from lambdas.manifest.summary.summary import summarize


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where the output goes, in chunks of 1 MiB or more (but for the last).

    train, validation and test get the usable lines unchanged, each ending in a line feed (a byte
    order mark is left out); rejected gets a JSON line for each line that is in none of them;
    images, if it is wanted, one for each that is in one of them, a ``DeclaredImage``.
    """

    train: Sink
    validation: Sink
    test: Sink
    rejected: Sink
    images: Sink | None = None


def validate_manifest(
    manifest: RawStream,
    policy: Policy,
    sinks: Sinks,
    validation_manifest: RawStream | None = None,
    on_read: Callable[[int], None] | None = None,
    examined: ExaminedImages | None = None,
) -> Report:
    """Validate a manifest and split it into the channels of a training job, in constant memory.

    A manifest that can't be trained on gives a report with the verdict "rejected"; only the streams
    and sinks raise. Reading ends early only on a file that is not a manifest: compressed,
    pretty-printed, or without a label in its first 64 MiB.

    Args:
        manifest: what is read, once.
        policy: what the owner accepts.
        sinks: what is written to.
        validation_manifest: with it nothing is split: ``manifest`` goes to train, this one to
            validation, under the same label attribute, classes and rules; no test part.
        on_read: gets the number of bytes of each chunk read.
        examined: what was found in the images of the same manifests since they were validated
            first: a line whose image can't be used is invalid.
    """
    progress = Progress(
        policy,
        Channel(Output(sinks.train)),
        Channel(Output(sinks.validation)),
        Channel(Output(sinks.test)),
        LabelAttributes(policy.label_attribute),
        examined=examined,
    )
    rejected, seen = RejectedLines(sinks.rejected), SeenImages()
    images = AcceptedImages(sinks.images) if sinks.images else None
    reader = ManifestReader(progress, rejected, seen, images)
    if validation_manifest is None:
        _read(reader, progress, batches(manifest, on_read), "train", _splitter(progress, policy))
    else:
        given: dict[ManifestName, RawStream] = {
            "train": manifest,
            "validation": validation_manifest,
        }
        for name, stream in given.items():
            channel = OneChannel(progress.channels[name], name)
            _read(reader, progress, batches(stream, on_read), name, channel)
    rejected.close()
    if images is not None:
        images.close()
    return summarize(progress, seen)


def _splitter(progress: Progress, policy: Policy) -> Splitter | HoldingOut:
    splitter = Splitter(
        progress.train,
        progress.validation,
        policy.validation_fraction,
        grouped=policy.group_pattern is not None,
    )
    if not policy.test_fraction:
        return splitter
    return HoldingOut(splitter, progress.test, policy.test_fraction)


def _read(
    reader: ManifestReader,
    progress: Progress,
    lines: Iterator[list[bytes]],
    manifest: ManifestName,
    splitter: AnySplitter,
) -> None:
    before = progress.fates.total()
    head = next(lines, [])
    found = document_fault(head)
    if found is not None:
        progress.fates["invalid"] += sum(not line.isspace() for line in head if line)
    else:
        _read_lines(reader, progress, chain([head], lines), manifest, splitter)
        if progress.fates.total() == before:
            found = MANIFEST_EMPTY.fault(manifest=manifest)
    if found is not None:
        progress.findings.add(found, manifest=manifest)
        progress.no_manifest = True
    splitter.close()


def _read_lines(
    reader: ManifestReader,
    progress: Progress,
    lines: Iterator[list[bytes]],
    manifest: ManifestName,
    splitter: AnySplitter,
) -> None:
    if progress.attributes.chosen is not None:
        reader.read(lines, manifest, splitter)
    else:
        with spool() as hold:
            reader.read(with_label_chosen(lines, progress.attributes, hold), manifest, splitter)
