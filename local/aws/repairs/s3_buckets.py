"""S3 on the embedded AWS: buckets may have names that S3 gave away until March 2018."""

from __future__ import annotations

import re
from typing import Any

from local.aws.repairs.patching import Patches, ministack

# Amazon S3 user guide, bucketnamingrules.html, "Former bucket naming rules" of us-east-1.
_FORMER_NAME = re.compile(r"[A-Za-z0-9._-]{3,255}")


class S3BucketRepairs:
    """Lets such a bucket be created, which S3 no longer does: here no account has old ones."""

    def install(self, patches: Patches) -> None:
        """Put the repair in place."""
        patches.wrap(ministack("services.s3"), "_validate_bucket_name", _is_valid)


def _is_valid(original: Any, name: str) -> bool:
    return bool(original(name)) or _FORMER_NAME.fullmatch(name) is not None
