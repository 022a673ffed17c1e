"""``gt-train validate --preview``: the first records of a manifest, as people read them."""

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lambdas.manifest.format import MAX_BYTES
from lambdas.manifest.stream.lines import RawStream
from lambdas.pages.visible import visible

MOST_BOXES = 20
_VALUES = ("left", "top", "width", "height")


class FirstLines:
    """A stream that remembers its first lines that aren't blank while somebody reads it."""

    def __init__(self, stream: RawStream, wanted: int) -> None:
        self._stream = stream
        self._wanted = wanted
        self._seen = bytearray()
        self._full = not wanted

    def readinto(self, buffer: bytearray | memoryview, /) -> int | None:
        """Read from the stream."""
        count = self._stream.readinto(buffer)
        if count and not self._full:
            self._seen += memoryview(buffer)[:count]
            self._full = self._enough()
        return count

    def lines(self) -> list[tuple[int, bytes]]:
        """Return the lines with their numbers, counted from 1."""
        return self._lines()[: self._wanted]

    def _enough(self) -> bool:
        if len(self._seen) > self._wanted * MAX_BYTES:
            return True
        return self._seen.count(b"\n") > self._wanted and len(self._lines()) > self._wanted

    def _lines(self) -> list[tuple[int, bytes]]:
        numbered = enumerate(self._seen.split(b"\n"), start=1)
        return [(number, bytes(line)) for number, line in numbered if line.strip()]


def preview(lines: list[tuple[int, bytes]], label_attribute: str | None) -> Iterator[Group]:
    """Return a heading and a table of boxes for each line; what can't be read is shown as it is."""
    for number, line in lines:
        record = _decoded(line)
        if isinstance(record, dict):
            yield _record(number, record, label_attribute or "")
        else:
            yield _unreadable(number, line)


def _decoded(line: bytes) -> Any:
    try:
        return json.loads(line.removeprefix(BOM_UTF8))
    except (ValueError, RecursionError):
        return None


def _unreadable(number: int, line: bytes) -> Group:
    text = visible(line.decode("utf-8", "backslashreplace"), 200)
    return Group(Text(f"line {number}: no record", style="bold"), Text(text, style="dim"), "")


def _record(number: int, record: dict[str, Any], attribute: str) -> Group:
    heading = Text.assemble(
        (f"line {number}  ", "dim"), (_shown(record.get("source-ref")), "bold"), overflow="fold"
    )
    label, metadata = record.get(attribute), record.get(f"{attribute}-metadata")
    return Group(heading, *_label(_fields(label), _fields(metadata)), "")


def _label(label: dict[str, Any], metadata: dict[str, Any]) -> Iterator[RenderableType]:
    if not label:
        reason = metadata.get("failure-reason")
        yield Text(f"no label{f': {_shown(reason)}' if reason else ''}", style="yellow")
        return
    size = _fields(_item(label.get("image_size"), 0))
    shown = [_shown(size.get(name)) for name in ("width", "height", "depth")]
    annotations = label.get("annotations")
    boxes = annotations if isinstance(annotations, list) else []
    yield Text(f"{' × '.join(shown)}, {len(boxes)} box{'es' * (len(boxes) != 1)}")
    if boxes:
        yield _table(boxes, metadata)
    if len(boxes) > MOST_BOXES:
        yield Text(f"and {len(boxes) - MOST_BOXES} more", style="dim")


def _table(boxes: list[Any], metadata: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("class", overflow="fold")
    for name in (*_VALUES, "confidence"):
        table.add_column(name, justify="right")
    names = _fields(metadata.get("class-map"))
    for index, each in enumerate(boxes[:MOST_BOXES]):
        box = _fields(each)
        name = names.get(str(box.get("class_id")), f"class {_shown(box.get('class_id'))}")
        confidence = _fields(_item(metadata.get("objects"), index)).get("confidence")
        cells = [name, *(box.get(value) for value in _VALUES), confidence]
        table.add_row(*(Text(_shown(cell)) for cell in cells))
    return table


def _fields(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _item(value: Any, index: int) -> Any:
    return value[index] if isinstance(value, list) and index < len(value) else None


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return visible(value, 300)
    return visible(json.dumps(value, ensure_ascii=False), 60)
