"""Reads one manifest: every line goes down once, to a channel or to the rejected lines."""

from collections.abc import Callable, Iterable

from lambdas.manifest.counts.duplicates import SeenImages
from lambdas.manifest.counts.progress import TOO_SMALL, Progress
from lambdas.manifest.format import ManifestName
from lambdas.manifest.line.fast_path import FastPath
from lambdas.manifest.line.record import Record
from lambdas.manifest.line.slow_path import SlowPath
from lambdas.manifest.rules.rule import DEVELOPER_GUIDE, MULTIBOX_TARGET, Fault, Rule
from lambdas.manifest.rules.text import listing
from lambdas.manifest.split.channel import Channel
from lambdas.manifest.split.group_hash import group_hash, key_hash, key_start
from lambdas.manifest.split.holding_out import HoldingOut
from lambdas.manifest.split.rejected_lines import RejectedLines
from lambdas.manifest.split.splitter import OneChannel, Splitter

EMPTY_IMAGE_DROPPED = Rule(
    code="empty-image-dropped",
    severity="warning",
    title="An image without boxes was left out",
    template="the image has no box and empty_images is 'drop'",
    fix="None needed: an image without boxes gives the network no target, so it is not a negative "
    "example. Set empty_images to 'keep' to have it in the channels all the same.",
    source=MULTIBOX_TARGET,
)

VERDICT_DROPPED = Rule(
    code="verdict-dropped",
    severity="warning",
    title="A line with an unwanted verdict was left out",
    template="a label verification job judged the line {verdict}, which drop_verdicts names",
    fix="None needed. Adjust the labels in a chained job, or take the verdict out of the setting "
    "drop_verdicts.",
    source=DEVELOPER_GUIDE + "sms-verification-data.html",
)

RULES = (EMPTY_IMAGE_DROPPED, VERDICT_DROPPED)


class ManifestReader:
    """Reads manifests and counts both of two together; ``seen`` finds images that occur twice."""

    def __init__(self, progress: Progress, rejected: RejectedLines, seen: SeenImages) -> None:
        self._progress = progress
        self._rejected = rejected
        self._seen = seen
        policy = progress.policy
        smallest = TOO_SMALL / policy.image_shape
        self._fast, self._slow = FastPath(smallest), SlowPath(policy.image_buckets, smallest)
        self._hash = key_hash()
        self._group_hash = group_hash(policy.group_pattern)

    def read(
        self,
        batches: Iterable[list[bytes]],
        manifest: ManifestName,
        splitter: Splitter | HoldingOut | OneChannel,
    ) -> None:
        """Read one manifest from its first line on."""
        first_line = 1
        self._progress.sample.begin()
        for batch in batches:
            self._read_batch(batch, first_line, manifest, splitter.channel)
            splitter.settle()
            self._seen.settle()
            first_line += len(batch)

    def _read_batch(
        self,
        batch: list[bytes],
        first_line: int,
        manifest: ManifestName,
        channel: Callable[[int, set[int]], Channel],
    ) -> None:
        # This runs for every line: names are local, and nothing is formatted.
        progress, read, known = self._progress, self._fast.read, self._progress.names.names.items()
        hashed, group_hash, buckets = self._hash, self._group_hash, self._seen.buckets
        in_validation = manifest == "validation"
        due = progress.sample.due
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
            if (record.verdicts or not record.boxes) and self._is_dropped(
                raw, record, line, manifest
            ):
                continue
            image = record.source_ref
            key = hashed(image[key_start(image) :])
            identity = hash(image) & 0xFFFF_FFFF_FFFF_FFFF
            bucket = buckets[identity >> 56]
            bucket.append(identity)
            bucket.append(2 * line + in_validation)
            bucket.append(record.signature)
            if group_hash is not None:
                key = group_hash(image)
            channel(key, record.used).add(raw, record)
            if record.tiny or line >= due:
                due = progress.note(record, line, manifest)
        progress.fates["usable"] += len(counts)
        progress.per_image.update(counts)

    def _look_closer(
        self, raw: bytes, line: int, manifest: ManifestName
    ) -> tuple[bytes, Record | None]:
        if not raw or raw.isspace():
            return raw, None
        progress = self._progress
        attribute = progress.attributes.chosen
        progress.attributes.observe(raw, line)
        judged = self._slow.judge(raw, attribute)
        progress.label_found = progress.label_found or judged.label_found
        if judged.drawn is not None:
            codes = [found.rule.code for found in judged.faults]
            progress.sample.take_found(judged.drawn, line, manifest, codes)
        if judged.record is None:
            progress.fates[judged.fate] += 1
            self._reject(raw, judged.faults, line, manifest)
            return judged.raw, None
        self._note(judged.faults, line, manifest)
        if not judged.faults and judged.document is not None and attribute is not None:
            self._fast.learn(judged.document, attribute, judged.record.source_ref)
        return judged.raw, judged.record

    def _is_dropped(self, raw: bytes, record: Record, line: int, manifest: ManifestName) -> bool:
        progress = self._progress
        progress.verdicts.update(record.verdicts)
        unwanted = progress.policy.drop_verdicts.intersection(record.verdicts)
        if not record.boxes and progress.policy.empty_images == "drop":
            self._reject(raw, [EMPTY_IMAGE_DROPPED.fault()], line, manifest)
            return True
        if unwanted:
            progress.dropped_by_verdict += 1
            why = VERDICT_DROPPED.fault(verdict=listing(sorted(unwanted)))
            self._reject(raw, [why], line, manifest)
        return bool(unwanted)

    def _merge_names(self, record: Record, line: int, manifest: ManifestName) -> None:
        self._progress.sample.take_first(record, line, manifest)
        conflict = self._progress.names.merge(record.names, line)
        if conflict is not None:
            self._note([conflict], line, manifest)

    def _reject(self, raw: bytes, why: list[Fault], line: int, manifest: ManifestName) -> None:
        self._note(why, line, manifest)
        self._rejected.add(raw, line, manifest, [found.rule.code for found in why])

    def _note(self, faults: list[Fault], line: int, manifest: ManifestName) -> None:
        for found in faults:
            self._progress.findings.add(found, line, manifest)
