"""Parses one line as JSON, stricter than the standard: says which rule of a line it breaks."""

import json
from typing import Any

from lambdas.manifest.format import BOM, MAX_BYTES, MAX_CHARACTERS
from lambdas.manifest.rules.rule import (
    AUGMENTED_MANIFEST,
    INPUT_LIMITS,
    JSON,
    LABELING_INPUT,
    Fault,
    Rule,
)
from lambdas.manifest.rules.text import quote

NOT_UTF8 = Rule(
    code="not-utf8",
    severity="error",
    title="The line is not UTF-8",
    template="byte {offset} ({byte}) is not UTF-8",
    fix="Save the manifest as UTF-8 (not UTF-16, not a Windows code page).",
    source=LABELING_INPUT,
)

NOT_JSON = Rule(
    code="not-json",
    severity="error",
    title="The line is not JSON",
    template="not JSON: {reason} at character {column}, near {near}",
    fix="Write each record as one complete JSON object on one line.",
    source=AUGMENTED_MANIFEST,
)

NOT_AN_OBJECT = Rule(
    code="not-an-object",
    severity="error",
    title="The line is JSON, but not an object",
    template="the line holds {found}, not an object",
    fix="Write one JSON object a line, without an array around the records.",
    source=AUGMENTED_MANIFEST,
)

SEVERAL_OBJECTS = Rule(
    code="several-objects",
    severity="error",
    title="Several JSON values on one line",
    template="a second JSON value begins at character {column}: {near}",
    fix="Put a line break between the records.",
    source=AUGMENTED_MANIFEST,
)

LINE_TOO_LONG = Rule(
    code="line-too-long",
    severity="warning",
    title="The line is longer than 100,000 characters",
    template="the line is longer than {limit} characters",
    fix="None needed for training, of which no limit is known. A labeling job takes no longer "
    "records as input: drop pass-through keys before chaining one.",
    source=INPUT_LIMITS,
)
LINE_UNREAD = Rule(
    code="line-unread",
    severity="error",
    title="The line is longer than 400,000 bytes",
    template="the line is longer than {limit} bytes, more than this pipeline reads of one",
    fix="Drop pass-through keys, or cut images with thousands of boxes into tiles.",
    source="a limit of this pipeline, so that a line without end can't fill the memory",
)

NESTED_TOO_DEEP = Rule(
    code="nested-too-deep",
    severity="error",
    title="JSON nested too deep to read",
    template="objects or lists are nested deeper than can be read",
    fix="Remove the nested value; a bounding-box record is four levels deep.",
    source=JSON,
)

NOT_A_JSON_NUMBER = Rule(
    code="not-a-json-number",
    severity="error",
    title="NaN or Infinity",
    template="{constant} is not a JSON number",
    fix="Replace NaN and Infinity by real numbers, or remove the box.",
    source=JSON + "#section-6",
)

DUPLICATE_KEY = Rule(
    code="duplicate-key",
    severity="error",
    title="The same key twice in one object",
    template="key {key} occurs twice in one object; readers disagree on which one counts",
    fix="Keep one of the two.",
    source=JSON + "#section-4",
)

BYTE_ORDER_MARK = Rule(
    code="byte-order-mark",
    severity="warning",
    title="Byte order mark",
    template="the line begins with a UTF-8 byte order mark, which was left out of the output",
    fix="Save the manifest as UTF-8 without BOM.",
    source=JSON + "#section-8.1",
)

RULES = (
    NOT_UTF8,
    NOT_JSON,
    NOT_AN_OBJECT,
    SEVERAL_OBJECTS,
    LINE_TOO_LONG,
    LINE_UNREAD,
    NESTED_TOO_DEEP,
    NOT_A_JSON_NUMBER,
    DUPLICATE_KEY,
    BYTE_ORDER_MARK,
)

LONGEST_INTEGER = 40  # digits; more would cost quadratic time and mean nothing as pixels
NEAR = 40


class Unreadable(str):
    """An integer with too many digits to be one, as text."""

    __slots__ = ()


class _Refused(Exception):
    def __init__(self, found: Fault) -> None:
        super().__init__(found.rule.code)
        self.fault = found


def without_mark(raw: bytes) -> tuple[bytes, list[Fault]]:
    """Return the line without a byte order mark, and the warning about it."""
    if raw.startswith(BOM):
        return raw[len(BOM) :], [BYTE_ORDER_MARK.fault()]
    return raw, []


def parse(raw: bytes) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Return the object of one line, or None, and the faults of the line as text.

    Integers of absurd length come back as ``Unreadable``; duplicate keys are faults, the last of
    them counts.
    """
    if len(raw) > MAX_BYTES:
        return None, [LINE_UNREAD.fault(limit=f"{MAX_BYTES:,}")]
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        byte = f"0x{raw[error.start]:02x}"
        return None, [NOT_UTF8.fault(offset=error.start + 1, byte=byte)]
    faults = []
    if len(text.rstrip("\r")) > MAX_CHARACTERS:
        faults.append(LINE_TOO_LONG.fault(limit=f"{MAX_CHARACTERS:,}"))
    try:
        document, found = _parsed(text)
    except _Refused as refused:
        return None, [refused.fault]
    except RecursionError:
        return None, [NESTED_TOO_DEEP.fault()]
    return document, faults + found


def _parsed(text: str) -> tuple[dict[str, Any] | None, list[Fault]]:
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(items)
        if len(built) != len(items):
            keys = [key for key, _ in items]
            repeated.append(next(key for key in built if keys.count(key) > 1))
        return built

    decoder = json.JSONDecoder(
        object_pairs_hook=pairs, parse_int=_integer, parse_constant=_refuse_constant
    )
    start = len(text) - len(text.lstrip(" \t\r"))
    try:
        value, end = decoder.raw_decode(text, start)
    except json.JSONDecodeError as error:
        near = quote(text[error.pos : error.pos + NEAR], NEAR)
        reason = "the line ends too early" if error.pos >= len(text.rstrip()) else error.msg.lower()
        return None, [NOT_JSON.fault(reason=reason, column=error.pos + 1, near=near)]
    rest = text[end:].strip(" \t\r")
    if rest:
        return None, [_trailing(text, end, rest)]
    if not isinstance(value, dict):
        return None, [NOT_AN_OBJECT.fault(found=quote(value))]
    return value, [DUPLICATE_KEY.fault(key=quote(key)) for key in repeated[:1]]


def _trailing(text: str, end: int, rest: str) -> Fault:
    column = text.index(rest, end) + 1
    near = quote(rest[:NEAR], NEAR)
    if rest[0] in '{["':
        return SEVERAL_OBJECTS.fault(column=column, near=near)
    return NOT_JSON.fault(reason="text after the record", column=column, near=near)


def _integer(digits: str) -> int | Unreadable:
    return int(digits) if len(digits) <= LONGEST_INTEGER else Unreadable(digits)


def _refuse_constant(constant: str) -> None:
    raise _Refused(NOT_A_JSON_NUMBER.fault(constant=constant))
