"""What SageMaker's List actions have in common: filters, order and pages."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_PAGE = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource, as a List action may show it."""

    name: str
    created: float
    """Epoch seconds."""
    summary: dict[str, Any]


def listed(
    entries: Iterable[Entry], request: dict[str, Any], member: str, order: str = "Descending"
) -> dict[str, Any]:
    """Answer a List action.

    Args:
        entries: oldest first.
        request: filters by name and time of creation, order and page.
        member: the member of the answer that holds the summaries.
        order: the action's default.
    """
    wanted = [entry for entry in entries if _is_wanted(entry, request)]
    if request.get("SortBy") == "Name":
        wanted.sort(key=lambda entry: entry.name)
    if request.get("SortOrder", order) == "Descending":
        wanted.reverse()
    start = int(base64.b64decode(request["NextToken"])) if "NextToken" in request else 0
    end = start + request.get("MaxResults", _PAGE)
    answer: dict[str, Any] = {member: [entry.summary for entry in wanted[start:end]]}
    if end < len(wanted):
        answer["NextToken"] = base64.b64encode(str(end).encode()).decode()
    return answer


def _is_wanted(entry: Entry, request: dict[str, Any]) -> bool:
    return (
        request.get("NameContains", "").lower() in entry.name.lower()
        and request.get("CreationTimeAfter", 0) < entry.created
        and entry.created < request.get("CreationTimeBefore", float("inf"))
    )
