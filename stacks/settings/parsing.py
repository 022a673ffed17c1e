"""Turns one setting into a typed value, or into one line that says what is allowed."""

import difflib
import json
from collections.abc import Iterable
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

CONTEXT_KEY = "pipeline"
"""The key of cdk.json's context under which all settings live."""


class SettingRefused(Exception):
    """A setting that cannot be used; the message is one line for the person who set it."""


def parse_value(path: str, value: Any, annotated: Any) -> Any:
    """Return the value as its annotated type, or raise ``SettingRefused`` with what is allowed.

    ``annotated`` is ``Annotated[type, Meta(description=what is allowed), check, …]``; a check
    returns what is wrong with a value of the right type, or None.
    """
    _, *rules = get_args(annotated)
    try:
        parsed = msgspec.convert(value, annotated)
    except msgspec.ValidationError:
        problem: str | None = ""
    else:
        problems = (check(parsed) for check in rules if callable(check))
        problem = next(filter(None, problems), None)
        if problem is None:
            return parsed
    reason = f"{problem}; " if problem else ""
    raise SettingRefused(f"{path} = {shown(value)}: {reason}must be {allowed(annotated)}")


def allowed(annotated: Any) -> str:
    """Return the words in which the type's ``Meta`` says what is allowed."""
    metas = (each for each in get_args(annotated) if isinstance(each, msgspec.Meta))
    return "; ".join(meta.description for meta in metas if meta.description)


def from_text(text: str, annotated: Any) -> Any:
    """Return what a text of the command line stands for where this type is expected.

    ``null`` and nothing are None where None is allowed; lists are JSON or names between commas.
    Text that stands for nothing is returned as it is, for ``parse_value`` to refuse.
    """
    kinds = _kinds(annotated)
    if type(None) in kinds and text in ("", "null"):
        return None
    if str in kinds:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return [each.strip() for each in text.split(",") if each] if tuple in kinds else text


def _kinds(annotated: Any) -> set[Any]:
    """Return the plain types that a value of this type may have."""
    origin, arguments = get_origin(annotated), get_args(annotated)
    if origin is Annotated:
        return _kinds(arguments[0])
    if origin is Literal:
        return {type(each) for each in arguments}
    if origin in (Union, UnionType):  # Annotated[...] | None is the older of the two
        return {kind for each in arguments for kind in _kinds(each)}
    return {origin or annotated}


def unknown_key(path: str, value: Any, name: str, known: Iterable[str]) -> SettingRefused:
    """Return the error for a key that does not exist, with the nearest one that does."""
    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return SettingRefused(
        f"{path} = {shown(value)}: unknown key; {hint}allowed: {', '.join(known)}"
    )


def shown(value: Any) -> str:
    """Return a value as JSON on one line, cut where it gets long."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 120 else f"{text[:117]}..."
