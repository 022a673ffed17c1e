"""The settings: for each its type, what is allowed in words, its check and its default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

from msgspec import Meta

from lambdas.settings import ImageChecks
from stacks.settings.checks import (
    check_bucket_name,
    check_bucket_names,
    check_email_address,
    check_instance_types,
    check_label_attribute,
    check_labeling_prefix,
    check_regular_expression,
)
from stacks.settings.evaluation_fields import EvaluationFields
from stacks.settings.hyperparameter_fields import DEFAULT_HYPERPARAMETERS
from stacks.settings.value_types import (
    InstanceHours,
    JobSeconds,
    KmsKeyArn,
    LogRetentionDays,
    PolicyArn,
    SecurityGroupId,
    Share,
    ShareAboveZero,
    SubnetId,
    Switch,
)

LONGEST_JOB_SECONDS = 2_419_200
"""28 days: SageMaker lets no training job run or wait for longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSettings(EvaluationFields):
    """Everything about the pipeline that the person who deploys it may choose.

    The description of each field says what is allowed; errors repeat it. A function in the
    annotation is a rule that the type cannot express: it returns what is wrong, or None.
    """

    labeling_prefix: Annotated[
        str,
        Meta(
            pattern=r"^([A-Za-z0-9!_.'()\-]+/)+\Z",
            max_length=200,
            description="a key prefix such as labeling/ that ends in / and lies outside"
            " executions/, callbacks/, models/ and checkpoints/",
        ),
        check_labeling_prefix,
    ] = "labeling/"
    label_attribute: Annotated[
        str | None,
        Meta(
            description="null (found in the manifest) or the label's attribute name, at most"
            " 127 characters, without a leading $ and without -metadata at its end"
        ),
        check_label_attribute,
    ] = None
    image_buckets: Annotated[
        tuple[str, ...],
        Meta(
            max_length=25,
            description="a list of at most 25 names of buckets that hold images,"
            " besides the pipeline's own",
        ),
        check_bucket_names,
    ] = ()
    validation_fraction: ShareAboveZero = 0.2
    test_fraction: Share = 0
    split_group_pattern: Annotated[
        str | None,
        Meta(
            description="null (every image for itself) or a regular expression whose match in an"
            " image's key names the group of images that stay together",
        ),
        check_regular_expression,
    ] = None
    empty_images: Annotated[Literal["keep", "drop"], Meta(description='"keep" or "drop"')] = "keep"
    drop_verdicts: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=256)], ...],
        Meta(
            max_length=50,
            description="a list of at most 50 class names of label verification jobs",
        ),
    ] = ()
    image_checks: Annotated[ImageChecks, Meta(description='"headers", "decode" or "off"')] = (
        "headers"
    )
    image_check_concurrency: Annotated[
        int, Meta(ge=1, le=1_000, description="a whole number from 1 to 1000")
    ] = 8
    max_invalid_fraction: Share = 0.05
    max_unlabeled_fraction: Share = 0.2
    instance_types: Annotated[
        tuple[str, ...],
        Meta(
            min_length=1,
            max_length=10,
            description="a list of 1 to 10 different instance types of the families"
            " P2, P3, G4dn and G5, tried in this order",
        ),
        check_instance_types,
    ] = ("ml.g4dn.xlarge", "ml.g4dn.2xlarge", "ml.g5.xlarge")
    instance_count: Annotated[
        int, Meta(ge=1, le=100, description="a whole number from 1 to 100")
    ] = 1
    volume_size_gb: Annotated[
        int, Meta(ge=1, le=16384, description="a whole number from 1 to 16384")
    ] = 50
    max_runtime_seconds: Annotated[
        JobSeconds, Meta(description="a whole number from 60 to 2419200 (28 days)")
    ] = 86_400
    max_pending_seconds: Annotated[
        int,
        Meta(ge=1_800, le=2_419_200, description="a whole number from 1800 to 2419200 (28 days)"),
    ] = 86_400
    managed_spot_training: Switch = False
    max_wait_seconds: Annotated[
        JobSeconds | None,
        Meta(
            description="null (twice max_runtime_seconds) or a whole number from"
            " max_runtime_seconds to 2419200 (28 days)"
        ),
    ] = None
    max_billable_hours: Annotated[
        InstanceHours | None,
        Meta(description="null (no limit) or a number above 0, at most 1000000"),
    ] = None
    labeling_job_wait_minutes: Annotated[
        int, Meta(ge=0, le=10_080, description="a whole number from 0 to 10080 (a week)")
    ] = 60
    max_capacity_rounds: Annotated[
        int, Meta(ge=1, le=100, description="a whole number from 1 to 100")
    ] = 3
    capacity_pause_seconds: Annotated[
        int, Meta(ge=0, le=86_400, description="a whole number from 0 to 86400")
    ] = 600
    quota_retry_interval_seconds: Annotated[
        int, Meta(ge=1, le=3_600, description="a whole number from 1 to 3600")
    ] = 300
    quota_retry_hours: Annotated[
        float, Meta(ge=0, le=168, description="a number from 0 (never retried) to 168")
    ] = 24
    heartbeat_seconds: Annotated[
        int, Meta(ge=60, le=86_400, description="a whole number from 60 to 86400")
    ] = 900
    training_job_prefix: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9](-*[a-z0-9])*\Z",
            max_length=20,
            description="1 to 20 lower-case letters, digits and hyphens, no hyphen at either end",
        ),
    ] = "gt-train"
    log_retention_days: Annotated[
        LogRetentionDays,
        Meta(description=f"one of {', '.join(map(str, get_args(LogRetentionDays)))}"),
    ] = 90
    notification_email: Annotated[
        str | None,
        Meta(description="null or the e-mail address that is told how executions end"),
        check_email_address,
    ] = None
    existing_bucket: Annotated[
        str | None,
        Meta(description="null (a new bucket) or the name of a bucket of this account and region"),
        check_bucket_name,
    ] = None
    kms_key_arn: Annotated[
        KmsKeyArn | None,
        Meta(
            description="null (keys of AWS) or the ARN of a symmetric KMS key, not of an alias,"
            " in the region of the stack"
        ),
    ] = None
    vpc_subnets: Annotated[
        tuple[SubnetId, ...],
        Meta(max_length=16, description="a list of at most 16 subnet IDs such as subnet-0a1b2c3d"),
    ] = ()
    security_groups: Annotated[
        tuple[SecurityGroupId, ...],
        Meta(
            max_length=5, description="a list of at most 5 security group IDs such as sg-0a1b2c3d"
        ),
    ] = ()
    network_isolation: Switch = False
    encrypt_inter_container_traffic: Switch = False
    permissions_boundary_arn: Annotated[
        PolicyArn | None,
        Meta(description="null or the ARN of the IAM policy that bounds every role of the stack"),
    ] = None
    hyperparameters: Mapping[str, str] = field(default_factory=lambda: DEFAULT_HYPERPARAMETERS)

    @property
    def attempts(self) -> int:
        """How many training jobs one execution starts at most for want of capacity."""
        return self.max_capacity_rounds * len(self.instance_types)

    @property
    def transform_attempts(self) -> int:
        """How many transform jobs one item of Predict starts at most for want of capacity."""
        return self.max_capacity_rounds * len(self.transform_instance_types)

    @property
    def longest_spot_seconds(self) -> int:
        """How long a training job on spot capacity may wait and run, together."""
        return self.max_wait_seconds or min(2 * self.max_runtime_seconds, LONGEST_JOB_SECONDS)
