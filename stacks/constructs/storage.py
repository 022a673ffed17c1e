"""Where the pipeline's data lies: its own bucket or one that exists, the images', and their key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.constructs.data_bucket import DataBucket
from stacks.settings.fields import PipelineSettings


@dataclass(frozen=True, slots=True)
class Storage:
    """The buckets and the key, for whoever is given permissions on them."""

    bucket: s3.IBucket
    """Manifests in, executions' files, models out."""
    image_buckets: Sequence[s3.IBucket]
    """Only read, besides the pipeline's own bucket, which may hold images, too."""
    key: kms.IKey | None
    """Encrypts whatever the pipeline keeps; None: keys of AWS."""

    @classmethod
    def define(cls, scope: Construct, settings: PipelineSettings) -> Self:
        """Return the storage that the settings name, with a new bucket where they name none."""
        key = (
            kms.Key.from_key_arn(scope, "Key", settings.kms_key_arn)
            if settings.kms_key_arn
            else None
        )
        existing = settings.existing_bucket
        return cls(
            bucket=s3.Bucket.from_bucket_name(scope, "Bucket", existing)
            if existing
            else DataBucket(scope, "Bucket", key=key),
            image_buckets=[
                s3.Bucket.from_bucket_name(scope, f"Images-{name}", name)
                for name in settings.image_buckets
            ],
            key=key,
        )
