"""Checks of a Map state's definition that concern distributed mode."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

_ONLY_DISTRIBUTED = (
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    "ToleratedFailureCount",
    "ToleratedFailurePercentage",
)
# Developer guide, state-map-distributed, "Distributed Map state fields", Label.
_LONGEST_LABEL = 40
_NOT_IN_LABELS = set(" ?*<>{}[]:;,\\|^~$#%&`\"'")
_NOT_IN_EXPRESS = (".sync", ".sync:2", ".waitForTaskToken")


def map_problems(state: dict[str, Any], language: str) -> Iterator[str]:
    """Yield what is wrong with a Map state in distributed mode, or used as if it were in it."""
    processor = state.get("ItemProcessor") or state.get("Iterator") or {}
    config = processor.get("ProcessorConfig", {})
    if config.get("Mode") != "DISTRIBUTED":
        for field in _ONLY_DISTRIBUTED:
            if field in state:
                yield f"SCHEMA_VALIDATION_FAILED: {field} needs the Mode DISTRIBUTED"
        return
    if config.get("ExecutionType") not in ("STANDARD", "EXPRESS"):
        yield "SCHEMA_VALIDATION_FAILED: ExecutionType is neither STANDARD nor EXPRESS"
    if config.get("ExecutionType") == "EXPRESS":
        for name, inner in processor.get("States", {}).items():
            if inner.get("Resource", "").endswith(_NOT_IN_EXPRESS):
                yield f"SCHEMA_VALIDATION_FAILED: {name} waits, which an EXPRESS child cannot"
    yield from _label_problems(state.get("Label"))
    yield from _field_problems(state, language)


def _label_problems(label: str | None) -> Iterator[str]:
    if label is None:
        return
    if not 1 <= len(label) <= _LONGEST_LABEL:
        yield f"SCHEMA_VALIDATION_FAILED: Label has 1 to {_LONGEST_LABEL} characters"
    if any(char in _NOT_IN_LABELS or unicodedata.category(char) == "Cc" for char in label):
        yield "SCHEMA_VALIDATION_FAILED: Label has a character that labels cannot have"


def _field_problems(state: dict[str, Any], language: str) -> Iterator[str]:
    foreign = "Parameters" if language == "JSONata" else "Arguments"
    for field in ("ItemReader", "ResultWriter"):
        if foreign in state.get(field, {}):
            yield f"SCHEMA_VALIDATION_FAILED: {foreign} is not a field of this query language"
    writer = state.get("ResultWriter")
    if writer is not None and "WriterConfig" not in writer and "Resource" not in writer:
        yield "SCHEMA_VALIDATION_FAILED: ResultWriter has neither WriterConfig nor Resource"
    batcher = state.get("ItemBatcher")
    if batcher is not None and not any(name.startswith("Max") for name in batcher):
        yield "SCHEMA_VALIDATION_FAILED: ItemBatcher limits neither items nor bytes"
