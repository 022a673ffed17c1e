"""Class names: those of one line, and their union over a manifest, which must not contradict."""

import re
from typing import Any

from lambdas.manifest.findings import Fault, fault
from lambdas.manifest.records import HIGHEST_CLASS_ID, LONGEST_CLASS_NAME
from lambdas.manifest.text import quote

_ID = re.compile(r"0|[1-9][0-9]{0,8}")


def class_names(metadata: dict[str, Any]) -> tuple[dict[int, str] | None, list[Fault]]:
    """A line's class-map by id, and what is wrong with it; without one every id is unnamed."""
    found = metadata.get("class-map", {})
    if not isinstance(found, dict):
        return None, [fault("class-map-invalid", problem=f"is {quote(found)}, not an object")]
    names: dict[int, str] = {}
    for key, name in found.items():
        if not _ID.fullmatch(key):
            return None, [fault("class-map-invalid", problem=f"has the key {quote(key)}, no id")]
        if not _is_name(name):
            problem = f"names class {key} {quote(name)}, not 1 to {LONGEST_CLASS_NAME} characters"
            return None, [fault("class-map-invalid", problem=problem)]
        if int(key) > HIGHEST_CLASS_ID:
            highest = f"{HIGHEST_CLASS_ID:,}"
            return None, [fault("class-id-out-of-range", found=key, highest=highest)]
        names[int(key)] = name
    return names, []


def _is_name(name: object) -> bool:
    return (
        isinstance(name, str)
        and 0 < len(name) <= LONGEST_CLASS_NAME
        and not any("\ud800" <= character <= "\udfff" for character in name)
    )


class ClassNames:
    """The classes of all lines so far: the first name of each id, and the line that gave it."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self._lines: dict[int, int] = {}

    def merge(self, names: dict[int, str], line: int) -> list[Fault]:
        """Take over one line's names; a fault for the first that contradicts an earlier line."""
        faults = []
        for class_id, name in names.items():
            known = self.names.setdefault(class_id, name)
            first_line = self._lines.setdefault(class_id, line)
            if known != name:
                faults.append(_conflict(class_id, name, known, first_line))
        return faults[:1]


def _conflict(class_id: int, name: str, known: str, first_line: int) -> Fault:
    return fault(
        "class-name-conflict",
        id=class_id,
        name=quote(name),
        first=quote(known),
        first_line=first_line,
    )
