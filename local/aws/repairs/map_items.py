"""Reads the items of a Distributed Map and packs them into the inputs of its child executions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.aws.repairs.history import json_text
from local.aws.repairs.map_fields import MapFields
from local.aws.repairs.patching import ministack
from local.aws.repairs.state_walk import MAX_DATA

_READS = "arn:aws:states:::s3:getObject"
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Batch:
    """The input of one child execution, as JSON, and how many items are in it."""

    input: str
    items: int


def given_items(fields: MapFields) -> list[Any] | None:
    """Return the items that the state's input holds; None where an ItemReader reads them."""
    if "ItemReader" in fields.state:
        return None
    items = fields.items()
    return items if isinstance(items, list) else [items]


def read_items(fields: MapFields, client: Callable[[], Any]) -> Iterator[Any]:
    """Read the items that the ItemReader names, ``MaxItems`` at most; 0 means all.

    Args:
        fields: the fields of the Map state.
        client: makes an S3 client with the permissions of the state machine's role.

    Raises:
        _ExecutionError: at once, when ``MaxItems`` is not a whole number; when the first item is
            taken, ``States.ItemReaderFailed`` (LocalStack's snapshots, 2024-03-25:
            ``test_map_item_reader_csv_max_items_paths``).
    """
    reader = fields.state["ItemReader"]
    limit = fields.whole_number(reader.get("ReaderConfig", {}), "MaxItems") or 0
    return _read(reader, fields, limit, client)


def _read(reader: Any, fields: MapFields, limit: int, client: Callable[[], Any]) -> Iterator[Any]:
    if reader.get("Resource") != _READS:
        raise _failed(f"the embedded AWS reads items with {_READS} only")
    if limit < 0:
        raise _failed("field MaxItems must be positive")
    try:
        body = client().get_object(**fields.arguments(reader))["Body"]
        items = iter(_parsed(body, reader.get("ReaderConfig", {})))
        yield from islice(items, limit) if limit else items
    except (BotoCoreError, ClientError, ValueError) as error:
        raise _failed(str(error)) from error


def batches(fields: MapFields, items: Iterable[Any]) -> Iterator[Batch]:
    """Select from each item and pack what was selected: ItemSelector first, then ItemBatcher.

    A batch is closed by ``MaxItemsPerBatch``, by ``MaxInputBytesPerBatch`` or by the 256 KiB that
    an execution's input may have, whichever comes first. Source: developer guide,
    input-output-itembatcher.
    """
    texts = (json_text(fields.selected(index, item)) for index, item in enumerate(items))
    batcher = fields.state.get("ItemBatcher")
    if batcher is None:
        yield from (_checked(Batch(text, 1)) for text in texts)
        return
    given = fields.template(batcher["BatchInput"]) if "BatchInput" in batcher else None
    head = "{" if given is None else f'{{"BatchInput":{json_text(given)},'
    most_items = fields.whole_number(batcher, "MaxItemsPerBatch") or MAX_DATA
    most_bytes = min(fields.whole_number(batcher, "MaxInputBytesPerBatch") or MAX_DATA, MAX_DATA)
    for packed in _packed(texts, most_items, most_bytes - len(f'{head}"Items":[]}}'.encode())):
        yield _checked(Batch(f'{head}"Items":[{",".join(packed)}]}}', len(packed)))


def _packed(texts: Iterable[str], most_items: int, most_bytes: int) -> Iterator[list[str]]:
    packed: list[str] = []
    used = 0
    for text in texts:
        needed = len(text.encode(errors="surrogatepass")) + 1
        if packed and (len(packed) == most_items or used + needed - 1 > most_bytes):
            yield packed
            packed, used = [], 0
        packed.append(text)
        used += needed
    if packed:
        yield packed


def _checked(batch: Batch) -> Batch:
    if len(batch.input.encode(errors="surrogatepass")) > MAX_DATA:
        raise ministack("services.stepfunctions")._ExecutionError(
            "States.DataLimitExceeded",
            "The input of a child workflow execution exceeds the maximum number of bytes service "
            "limit.",
        )
    return batch


def _parsed(body: Any, config: dict[str, Any]) -> Iterable[Any]:
    if config.get("InputType", "JSON") == "JSONL":
        return (json.loads(line) for line in _lines(body) if line.strip())
    read = ministack("services.stepfunctions")._parse_reader_items
    items = read(body.read().decode(), config)
    if not isinstance(items, list):
        raise _failed("Attempting to map over non-iterable node.")
    return items


def _lines(body: Any) -> Iterator[bytes]:
    """Split at line feeds only: U+2028 and its kind are characters of a JSON string."""
    rest = b""
    for chunk in body.iter_chunks(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
    yield rest


def _failed(cause: str) -> Exception:
    error: Exception = ministack("services.stepfunctions")._ExecutionError(
        "States.ItemReaderFailed", cause
    )
    return error
