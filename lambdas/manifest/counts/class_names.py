"""The class names of all lines, which must not contradict each other."""

import unicodedata
from collections.abc import Iterable

from lambdas.manifest.rules.rule import BOX_OUTPUT, Fault, Rule
from lambdas.manifest.rules.text import quote

CLASS_NAME_CONFLICT = Rule(
    code="class-name-conflict",
    severity="error",
    title="One class id, two names",
    template="class {id} is {name} here, but {first} on line {first_line}",
    fix="Give each class one id in the whole manifest. Manifests of jobs with different label "
    "lists can't be joined without renumbering: training ignores names and would mix them.",
    source=BOX_OUTPUT,
    scope="manifest",
)

RULES = (CLASS_NAME_CONFLICT,)


class ClassNames:
    """The classes of all lines so far: the first name of each id, and the line that gave it."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self._lines: dict[int, int] = {}

    def call_by_id(self, class_ids: Iterable[int]) -> None:
        """Let those of the ids that no line names be called by their number."""
        for class_id in class_ids:
            self.names.setdefault(class_id, str(class_id))

    def merge(self, names: dict[int, str], line: int) -> Fault | None:
        """Take over one line's names; return a fault for the first that contradicts another's."""
        conflicts = []
        for class_id, name in names.items():
            first = self.names.setdefault(class_id, name)
            first_line = self._lines.setdefault(class_id, line)
            if first != name:
                shown, other = _told_apart(name, first)
                conflicts.append(
                    CLASS_NAME_CONFLICT.fault(
                        id=class_id, name=shown, first=other, first_line=first_line
                    )
                )
        return conflicts[0] if conflicts else None


def _told_apart(name: str, other: str) -> tuple[str, str]:
    """Show two names, by their characters' codes if they only look alike."""
    if unicodedata.normalize("NFKC", name) != unicodedata.normalize("NFKC", other):
        return quote(name), quote(other)
    return f"{quote(name)} (spelled {name!a})", f"{quote(other)} (spelled {other!a})"
