"""Parses one line as JSON, stricter than the standard: says which rule of a line it breaks."""

import json
from typing import Any

from lambdas.manifest.findings import Fault, fault
from lambdas.manifest.lines import MAX_BYTES, MAX_CHARACTERS
from lambdas.manifest.text import quote

BOM = b"\xef\xbb\xbf"
LONGEST_INTEGER = 40  # digits; more would cost quadratic time and mean nothing as pixels
NEAR = 40


class Unreadable(str):
    """An integer with too many digits to be one, as text."""

    __slots__ = ()


class _Refused(Exception):
    def __init__(self, found: Fault) -> None:
        super().__init__(found.code)
        self.fault = found


def parse(raw: bytes) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The object of one line, or None, and the faults of the line as text.

    Integers of absurd length come back as `Unreadable`; duplicate keys are faults, the last of
    them counts.
    """
    if len(raw) > MAX_BYTES:
        return None, [fault("line-too-long", limit="100,000")]
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        byte = f"0x{raw[error.start]:02x}"
        return None, [fault("not-utf8", offset=error.start + 1, byte=byte)]
    if len(text.rstrip("\r")) > MAX_CHARACTERS:
        return None, [fault("line-too-long", limit="100,000")]
    try:
        return _parsed(text)
    except _Refused as refused:
        return None, [refused.fault]
    except RecursionError:
        return None, [fault("nested-too-deep")]


def _parsed(text: str) -> tuple[dict[str, Any] | None, list[Fault]]:
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(items)
        if len(built) != len(items):
            keys = [key for key, _ in items]
            repeated.append(next(key for key in built if keys.count(key) > 1))
        return built

    decoder = json.JSONDecoder(
        object_pairs_hook=pairs, parse_int=_integer, parse_constant=_no_number
    )
    start = len(text) - len(text.lstrip(" \t\r"))
    try:
        value, end = decoder.raw_decode(text, start)
    except json.JSONDecodeError as error:
        near = quote(text[error.pos : error.pos + NEAR], NEAR)
        reason = "the line ends too early" if error.pos >= len(text.rstrip()) else error.msg.lower()
        return None, [fault("not-json", reason=reason, column=error.pos + 1, near=near)]
    rest = text[end:].strip(" \t\r")
    if rest:
        return None, [_trailing(text, end, rest)]
    if not isinstance(value, dict):
        return None, [fault("not-an-object", found=quote(value))]
    return value, [fault("duplicate-key", key=quote(key)) for key in repeated[:1]]


def _trailing(text: str, end: int, rest: str) -> Fault:
    column = text.index(rest, end) + 1
    near = quote(rest[:NEAR], NEAR)
    if rest[0] in '{["':
        return fault("several-objects", column=column, near=near)
    return fault("not-json", reason="text after the record", column=column, near=near)


def _integer(digits: str) -> int | Unreadable:
    return int(digits) if len(digits) <= LONGEST_INTEGER else Unreadable(digits)


def _no_number(constant: str) -> None:
    raise _Refused(fault("not-a-json-number", constant=constant))
