"""Recognises a file that is not a manifest by its beginning, so that nobody reads the rest."""

import json

from lambdas.manifest.format import BOM
from lambdas.manifest.rules.rule import AUGMENTED_MANIFEST, Fault, Rule

PRETTY_PRINTED = Rule(
    code="pretty-printed",
    severity="error",
    title="A JSON document over many lines",
    template="the file is pretty-printed JSON: a record goes over several lines",
    fix="Write one record a line, for example with `jq -c . FILE` (`jq -c '.[]' FILE` for "
    "an array of records).",
    source=AUGMENTED_MANIFEST,
    scope="manifest",
)

GZIP_COMPRESSED = Rule(
    code="gzip-compressed",
    severity="error",
    title="The manifest is compressed",
    template="the file begins with the gzip signature",
    fix="Decompress it (`gunzip`); the pipeline trains with CompressionType None.",
    source=AUGMENTED_MANIFEST,
    scope="manifest",
)

MANIFEST_EMPTY = Rule(
    code="manifest-empty",
    severity="error",
    title="The manifest holds no record",
    template="the {manifest} manifest has no line that is not blank",
    fix="Check that the labeling job has finished and that this is its output.manifest.",
    source=AUGMENTED_MANIFEST,
    scope="manifest",
)

RULES = (PRETTY_PRINTED, GZIP_COMPRESSED, MANIFEST_EMPTY)

GZIP = b"\x1f\x8b"


def document_fault(head: list[bytes]) -> Fault | None:
    """Return the fault of a file beginning with these lines, if it is not in lines of JSON."""
    if not head:
        return None
    if head[0].startswith(GZIP):
        return GZIP_COMPRESSED.fault()
    lines = [line.strip() for line in head]
    lines[0] = lines[0].removeprefix(BOM).strip()
    filled = [line for line in lines if line]
    return PRETTY_PRINTED.fault() if len(filled) > 1 and _goes_on(filled) else None


def _goes_on(lines: list[bytes]) -> bool:
    """Whether the first line only begins a JSON value that the next ones continue."""
    first = lines[0].decode("utf-8", "replace")
    if not first.startswith(("{", "[")) or _value_end(first) is not None:
        return False
    if first in ("{", "["):
        return True
    end = _value_end(b"\n".join(lines).decode("utf-8", "replace"))
    return end is not None and end > len(first)


def _value_end(text: str) -> int | None:
    try:
        return json.JSONDecoder(parse_int=str, parse_float=str).raw_decode(text)[1]
    except (ValueError, RecursionError):
        return None
