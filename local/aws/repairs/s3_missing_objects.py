"""S3 on the embedded AWS: a missing object is 404 only for who may list the bucket, else 403."""

from __future__ import annotations

import uuid
from typing import Any

from local.aws.repairs.patching import Patches, ministack

_MISSING = 404


class S3MissingObjects:
    """Repair of GetObject and HeadObject of objects that do not exist.

    S3 answers "no such key" where the caller has ``s3:ListBucket`` on the bucket, and "access
    denied" otherwise (API reference, API_GetObject.html and API_HeadObject.html, "Permissions").
    For a condition on ``s3:prefix``, the key counts as the prefix: seen on AWS by ceph/ceph#68577
    and kopia/kopia#3072.
    """

    def install(self, patches: Patches) -> None:
        """Put the repair around the service."""
        handlers = ministack("app").SERVICE_HANDLERS
        handle = handlers["s3"]

        async def answer(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
            answered = await handle(method, path, headers, body, query)
            bucket, _, key = path.lstrip("/").partition("/")
            is_missing = answered[0] == _MISSING and method in ("GET", "HEAD") and key != ""
            if is_missing and not _may_list(bucket, key, headers, query):
                return _access_denied(method, headers)
            return answered

        patches.put(handlers, "s3", answer)


def _may_list(bucket: str, key: str, headers: Any, query: Any) -> bool:
    access_key = ministack("core.router").extract_access_key_id(headers, query)
    denied = ministack("core.iam_evaluator").enforce(
        access_key,
        "s3:ListBucket",
        "s3",
        ministack("core.responses").get_region(),
        resource_arn=f"arn:aws:s3:::{bucket}",
        service_context={"s3:prefix": key},
    )
    return denied is None


def _access_denied(method: str, headers: Any) -> Any:
    status, answer_headers, body = ministack("core.iam_actions").access_denied_response(
        "s3",
        "GetObject",
        "",
        str(uuid.uuid4()),
        error_code="AccessDenied",
        message="Access Denied",
        headers=headers,
    )
    return status, answer_headers, b"" if method == "HEAD" else body
