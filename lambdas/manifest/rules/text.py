"""Makes text from a manifest safe to show: escaped and bounded, so that logs can't be forged."""

from collections.abc import Iterable

SHOWN = 80

ABSENT = object()
"""Stands for the value of a key that is absent, which is not null."""


def quote(value: object, limit: int = SHOWN) -> str:
    """``value`` as one short line of at most ``limit`` characters and their escapes.

    Text is in quotes, with unprintable characters (controls, bidi overrides, line breaks, lone
    surrogates) as escapes.
    """
    if isinstance(value, str):
        return f'"{escape(value, limit)}"'
    if value is ABSENT:
        return "missing"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return escape(str(value), limit)


def escape(text: str, limit: int = SHOWN) -> str:
    """Return the first ``limit`` characters, unprintable ones as four-digit escapes."""
    shown = "".join(
        character if character.isprintable() and character not in '"\\' else _escaped(character)
        for character in text[:limit]
    )
    return shown + "…" if len(text) > limit else shown


def listing(values: Iterable[object], limit: int = 10) -> str:
    """Return the first ``limit`` values, quoted, and how many more there are."""
    shown = list(values)
    words = [quote(value) for value in shown[:limit]]
    if len(shown) > limit:
        words.append(f"+{len(shown) - limit} more")
    return ", ".join(words) or "none"


def percent(part: float, whole: float) -> str:
    """``part`` of ``whole`` as a percentage with the digits that tell it from 0."""
    share = 100 * part / whole if whole else 0.0
    return f"{share:.1f} %" if share >= 0.1 or not part else f"{share:.2g} %"


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
