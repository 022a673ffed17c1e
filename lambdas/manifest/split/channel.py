"""One channel of the training job in the making: its lines on the way out, and what they hold."""

from collections import Counter
from collections.abc import Callable
from typing import IO

from lambdas.manifest.line.record import Record

FLUSH = 1 << 20  # bytes handed to a sink at once, at least

Sink = Callable[[bytes], object]


class Output:
    """Buffers lines for a sink into chunks of at least FLUSH bytes."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._chunks: list[bytes] = []
        self._size = 0

    def write(self, chunk: bytes) -> None:
        """Take whole lines, each with its line feed."""
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size >= FLUSH:
            self.flush()

    def flush(self) -> None:
        """Hand over what is buffered."""
        if self._chunks:
            self._sink(b"".join(self._chunks))
            self._chunks.clear()
            self._size = 0


class Channel:
    """Lines of one channel and counts over them, brought up to date batch by batch.

    boxes and images: counts by class id.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        self.records = 0
        self.boxes: Counter[int] = Counter()
        self.images: Counter[int] = Counter()
        self._lines: list[bytes] = []
        self._class_ids: list[int] = []
        self._used: list[int] = []
        self._add_line = self._lines.append
        self._add_class_ids = self._class_ids.extend
        self._add_used = self._used.extend

    def add(self, raw: bytes, record: Record) -> None:
        """Take one line and the record in it, which is not kept: that would crowd the cache."""
        self._add_line(raw)
        self._add_class_ids(record.class_ids)
        self._add_used(record.used)

    def settle(self) -> None:
        """Count and write what was added since the last call."""
        if self._lines:
            self.records += len(self._lines)
            self.boxes.update(self._class_ids)
            self.images.update(self._used)
            self._lines.append(b"")
            self._output.write(b"\n".join(self._lines))
            self._lines.clear()
            self._class_ids.clear()
            self._used.clear()

    def absorb(self, other: "Channel", lines: IO[bytes]) -> None:
        """Take over a closed channel: its counts, and the file that its lines were written to."""
        self.settle()
        self.records += other.records
        self.boxes += other.boxes
        self.images += other.images
        while chunk := lines.read(FLUSH):
            self._output.write(chunk)

    def close(self) -> None:
        """Count and write everything."""
        self.settle()
        self._output.flush()
