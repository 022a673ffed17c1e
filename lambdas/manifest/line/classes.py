"""Checks the classes of one line: the class-map with their names, and the ids of its boxes."""

import re
from typing import Any

from lambdas.manifest.line.bounds import CLASS_ID, CLASS_NAME
from lambdas.manifest.rules.rule import BOX_OUTPUT, OBJECT_DETECTION, Fault, Rule
from lambdas.manifest.rules.text import quote

CLASS_ID_NOT_AN_INTEGER = Rule(
    code="class-id-not-an-integer",
    severity="error",
    title="A class id that is not an integer",
    template="box {box}: class_id is {found}, not a whole number",
    fix="Write class_id as the class's index in the label category list, a JSON integer.",
    source=BOX_OUTPUT,
)

CLASS_ID_OUT_OF_RANGE = Rule(
    code="class-id-out-of-range",
    severity="error",
    title="A class id outside its range",
    template="class id {found} is outside 0 to {highest}",
    fix="Number classes from 0 on: the network's output grows with the highest id.",
    source=OBJECT_DETECTION,
)

CLASS_MAP_INVALID = Rule(
    code="class-map-invalid",
    severity="error",
    title="The class-map is not a map from ids to names",
    template="class-map {problem}",
    fix='Write class-map as an object from class id to name, such as {"0": "dog"}; '
    "names have 1 to 256 characters.",
    source=BOX_OUTPUT,
)

CLASS_ID_UNNAMED = Rule(
    code="class-id-unnamed",
    severity="error",
    title="A class id without a name",
    template="box {box}: class_id {found} is not in this line's class-map",
    fix="Add the class to the line's class-map, or correct the id.",
    source=BOX_OUTPUT,
)

ID_RULES = (CLASS_ID_NOT_AN_INTEGER, CLASS_ID_OUT_OF_RANGE)
RULES = (CLASS_MAP_INVALID, CLASS_ID_UNNAMED)

# "-0" is 0 to a typed decoder, too, which can't be told otherwise.
_ID = re.compile(r"-?0|[1-9][0-9]{0,8}")


def class_names(metadata: dict[str, Any]) -> tuple[dict[int, str] | None, list[Fault]]:
    """Return a line's class-map by id, and what is wrong with it; None if there is none to read."""
    if "class-map" not in metadata:
        return None, []
    found = metadata["class-map"]
    if not isinstance(found, dict):
        return None, [_invalid(f"is {quote(found)}, not an object")]
    names: dict[int, str] = {}
    for key, name in found.items():
        fault = _name_fault(key, name, names)
        if fault is not None:
            return None, [fault]
        names[int(key)] = name
    return names, []


def _name_fault(key: str, name: object, names: dict[int, str]) -> Fault | None:
    if not _ID.fullmatch(key):
        return _invalid(f"has the key {quote(key)}, which is not an id")
    if not _is_name(name):
        return _invalid(f"names class {key} {quote(name)}, not 1 to {CLASS_NAME.most} characters")
    if not CLASS_ID.hold(int(key)):
        return _out_of_range(key)
    return _invalid(f"names class {int(key)} twice") if int(key) in names else None


def class_id_fault(number: int, found: object, names: dict[int, str] | None) -> Fault | None:
    """Return what is wrong with the class id of a box.

    Args:
        number: of the box on its image, from 1 on.
        found: its class id, as it was parsed.
        names: the line's class-map; None if it can't be read.
    """
    if not isinstance(found, int) or isinstance(found, bool):
        return CLASS_ID_NOT_AN_INTEGER.fault(box=number, found=quote(found))
    if not CLASS_ID.hold(found):
        return _out_of_range(found)
    if names is not None and found not in names:
        return CLASS_ID_UNNAMED.fault(box=number, found=found)
    return None


def _out_of_range(found: object) -> Fault:
    return CLASS_ID_OUT_OF_RANGE.fault(found=found, highest=f"{CLASS_ID.most:,}")


def _invalid(problem: str) -> Fault:
    return CLASS_MAP_INVALID.fault(problem=problem)


def _is_name(name: object) -> bool:
    return (
        isinstance(name, str)
        and CLASS_NAME.hold(len(name))
        and not any("\ud800" <= character <= "\udfff" for character in name)
    )
