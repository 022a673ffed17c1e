"""S3 on the embedded AWS: its events have the members that AWS's have."""

from __future__ import annotations

import contextvars
import json
from typing import Any

from local.aws.repairs.patching import Patches, ministack

_version: contextvars.ContextVar[str | None] = contextvars.ContextVar("s3_version", default=None)


class S3EventRepairs:
    """Repairs of S3's events: ``object.version-id`` is there, ``event-version`` is not.

    Source: LocalStack snapshots ``test_object_created_put`` and
    ``test_object_created_put_versioned``, 2025-01-21.
    """

    def install(self, patches: Patches) -> None:
        """Put the repair in place, outside of the event bus so that the bus sees whole events."""
        patches.wrap(ministack("services.s3"), "_fire_s3_event", _fire)
        patches.wrap(ministack("services.eventbridge"), "_dispatch_event", _dispatch)


def _fire(original: Any, *args: Any, **named: Any) -> None:
    _version.set(named.get("version_id"))
    try:
        original(*args, **named)
    finally:
        _version.set(None)


def _dispatch(original: Any, record: dict[str, Any], view: Any = None) -> None:
    if record["Source"] != "aws.s3":
        original(record, view)
        return
    detail, version = json.loads(record["Detail"]), _version.get()
    detail.pop("event-version", None)
    if version is not None:
        detail["object"]["version-id"] = version
    original({**record, "Detail": json.dumps(detail)})
