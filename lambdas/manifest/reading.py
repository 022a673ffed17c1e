"""Reads one manifest line by line: every line is placed in a channel or rejected, and counted."""

from collections.abc import Callable, Iterable
from typing import Protocol

from lambdas.manifest.channel import Channel
from lambdas.manifest.clean import CleanLines
from lambdas.manifest.diagnose import diagnose
from lambdas.manifest.duplicates import SeenImages
from lambdas.manifest.findings import Manifest, fault
from lambdas.manifest.records import Record
from lambdas.manifest.rejected import Rejected
from lambdas.manifest.split import group_hash, image_hash
from lambdas.manifest.tally import TOO_SMALL, Tally


class Placement(Protocol):
    """Where usable records go."""

    def channel(self, key: int, /) -> Channel:
        """The channel of a record whose group has the hash `key`."""

    def settle(self) -> None:
        """Count and write what was placed since the last call."""


class Reading:
    """Reads manifests into one tally; `seen` finds the images that occur twice."""

    def __init__(self, tally: Tally, rejected: Rejected, seen: SeenImages) -> None:
        self._tally = tally
        self._rejected = rejected
        self._seen = seen
        self._smallest = TOO_SMALL / tally.policy.image_shape
        self._clean = CleanLines(self._smallest)
        self._hash = image_hash()
        self._group_hash = group_hash(tally.policy.group_pattern)

    def read(
        self, batches: Iterable[list[bytes]], manifest: Manifest, placement: Placement
    ) -> None:
        """Read one manifest from its first line on."""
        first_line = 1
        self._tally.sample.begin()
        for batch in batches:
            self._read_batch(batch, first_line, manifest, placement.channel)
            placement.settle()
            self._seen.settle()
            first_line += len(batch)

    def _read_batch(
        self,
        batch: list[bytes],
        first_line: int,
        manifest: Manifest,
        channel: Callable[[int], Channel],
    ) -> None:
        # This runs for every line: names are local, and nothing is formatted.
        tally, read, known = self._tally, self._clean.read, self._tally.names.names.items()
        image_hash, group_hash, buckets = self._hash, self._group_hash, self._seen.buckets
        drop_empty = tally.policy.empty_images == "drop"
        in_validation = manifest == "validation"
        due = tally.sample.due
        counts: list[int] = []
        count = counts.append
        for line, raw in enumerate(batch, first_line):
            record = read(raw)
            if record is None:
                raw, record = self._look_closer(raw, line, manifest)  # noqa: PLW2901
                if record is None:
                    continue
            if not record.names.items() <= known:
                self._merge_names(record, line, manifest)
            count(len(record.boxes))
            if drop_empty and not record.boxes:
                self._drop(raw, line, manifest)
                continue
            key = image_hash(record.source_ref)
            bucket = buckets[key >> 56]
            bucket.append(key)
            bucket.append(2 * line + in_validation)
            if group_hash is not None:
                key = group_hash(record.source_ref)
            channel(key).add(raw, record)
            if record.tiny or line >= due:
                due = tally.note(record, line, manifest)
        tally.fates["usable"] += len(counts)
        tally.per_image.update(counts)

    def _look_closer(
        self, raw: bytes, line: int, manifest: Manifest
    ) -> tuple[bytes, Record | None]:
        if not raw or raw.isspace():
            return raw, None
        tally = self._tally
        attribute = tally.attributes.chosen
        tally.attributes.observe(raw, line)
        diagnosis = diagnose(raw, attribute, tally.policy.image_buckets, self._smallest)
        for found in diagnosis.faults:
            tally.findings.add(found, line, manifest)
        tally.label_found = tally.label_found or diagnosis.label_found
        if diagnosis.record is None:
            tally.fates[diagnosis.fate] += 1
            codes = [found.code for found in diagnosis.faults]
            self._rejected.add(raw, line, manifest, codes)
        elif not diagnosis.faults and diagnosis.document is not None and attribute is not None:
            self._clean.learn(diagnosis.document, attribute, diagnosis.record.source_ref)
        return diagnosis.raw, diagnosis.record

    def _merge_names(self, record: Record, line: int, manifest: Manifest) -> None:
        for found in self._tally.names.merge(record.names, line):
            self._tally.findings.add(found, line, manifest)

    def _drop(self, raw: bytes, line: int, manifest: Manifest) -> None:
        self._tally.findings.add(fault("empty-image-dropped"), line, manifest)
        self._rejected.add(raw, line, manifest, ["empty-image-dropped"])
