"""S3 on the embedded AWS: ``Object Created`` events name the object's version, as AWS's do."""

from __future__ import annotations

import contextvars
import json
from typing import Any

from local.aws.repairs.patching import Patches, ministack

_version: contextvars.ContextVar[str | None] = contextvars.ContextVar("s3_version", default=None)


class S3EventRepairs:
    """Repairs of S3's events: stock ministack leaves ``object.version-id`` out."""

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
    version = _version.get()
    if record["Source"] == "aws.s3" and version is not None:
        detail = json.loads(record["Detail"])
        detail["object"]["version-id"] = version
        original({**record, "Detail": json.dumps(detail)})
    else:
        original(record, view)
