"""Recognises a file that is no manifest by its beginning, so that nobody reads the rest."""

import json

from lambdas.manifest.findings import Fault, fault
from lambdas.manifest.strict_json import BOM

GZIP = b"\x1f\x8b"


def document_fault(head: list[bytes]) -> Fault | None:
    """The fault of a file beginning with these lines, if it is not in lines of JSON."""
    if not head:
        return None
    if head[0].startswith(GZIP):
        return fault("gzip-compressed")
    lines = [line.strip() for line in head]
    lines[0] = lines[0].removeprefix(BOM).strip()
    filled = [line for line in lines if line]
    return fault("pretty-printed") if len(filled) > 1 and _goes_on(filled) else None


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
