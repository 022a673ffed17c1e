"""S3 on the embedded AWS: who may not list a bucket does not learn that an object is missing."""

from __future__ import annotations

from typing import Any

from local.aws.repairs.patching import Patches, ministack, require


class S3MissingObjects:
    """Answers 403 instead of 404 to whoever may not list the missing key.

    GetObject and HeadObject of an object that does not exist need ``s3:ListBucket`` as well (S3 API
    reference, API_GetObject.html, "Permissions"), asked with the key as ``s3:prefix``
    (github.com/ceph/ceph/pull/68577).
    """

    def install(self, patches: Patches) -> None:
        """Put the repair in place, after the ones of IAM: their record has this question, too."""
        require(hasattr(ministack("services.s3"), "_buckets"), "services.s3._buckets")
        patches.wrap(ministack("core.iam_evaluator"), "enforce", _enforce)


def _enforce(original: Any, key: str, action: str, service: str, region: str, **named: Any) -> Any:
    denied = original(key, action, service, region, **named)
    if denied is not None or action != "s3:GetObject":
        return denied
    bucket_arn, _, name = str(named.get("resource_arn", "")).partition("/")
    if _exists(bucket_arn.rpartition(":")[2], name):
        return None
    listing = {"resource_arn": bucket_arn, "service_context": {"s3:prefix": name}}
    return original(key, "s3:ListBucket", service, region, **listing)


def _exists(bucket: str, key: str) -> bool:
    found = ministack("services.s3")._buckets.get(bucket)
    return found is None or key in found["objects"]
