"""The functions that are steps of the workflow, each with its own permissions."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from lambdas.contract import BucketLayout
from stacks.config import PipelineConfig
from stacks.constructs.algorithm_image import AlgorithmImage
from stacks.constructs.permissions import listing, on_objects, on_training_jobs, reading
from stacks.constructs.pipeline_function import (
    FunctionDefaults,
    FunctionSize,
    PipelineFunction,
)

VALIDATION = FunctionSize(timeout_seconds=900, memory_mb=1769, scratch_mb=1024)
"""The most time that Lambda gives, and the memory that comes with one whole vCPU (Lambda
developer guide, configuration-memory.html), which is all that one validator can use
(docs/adr/0007-validation-memory.md): a manifest of 10 GB is read in three to five minutes."""


class Steps(Construct):
    """``validate_manifest``, ``start_training_job``, ``await_training_job``, ``record_model``."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: PipelineConfig,
        defaults: FunctionDefaults,
        bucket: s3.IBucket,
        image_buckets: Sequence[s3.IBucket],
        training_role: iam.Role,
        image: AlgorithmImage,
    ) -> None:
        super().__init__(scope, construct_id)
        self._config = config
        self._defaults = defaults
        self._bucket = bucket
        self.validate_manifest = self._validate_manifest(image_buckets)
        self.start_training_job = self._start_training_job(training_role, image)
        self.await_training_job = self._await_training_job()
        self.record_model = self._record_model()

    def _validate_manifest(self, image_buckets: Sequence[s3.IBucket]) -> PipelineFunction:
        config = self._config
        return PipelineFunction(
            self,
            "validate_manifest",
            description="Checks a manifest and splits it into train and validation",
            defaults=self._defaults,
            size=VALIDATION,
            settings={
                "bucket": self._bucket.bucket_name,
                "label_attribute": config.label_attribute or "",
                "validation_fraction": config.validation_fraction,
                "image_buckets": config.image_buckets,
                "empty_images": config.empty_images,
                "max_invalid_fraction": config.max_invalid_fraction,
                "max_unlabeled_fraction": config.max_unlabeled_fraction,
                "split_group_pattern": config.split_group_pattern or "",
                "hyperparameters": config.hyperparameters,
            },
            permissions=[
                *reading([self._bucket, *image_buckets]),
                self._on_labeling_jobs("sagemaker:DescribeLabelingJob"),
                on_objects(
                    self._bucket,
                    BucketLayout.EXECUTIONS,
                    "s3:PutObject",
                    "s3:AbortMultipartUpload",
                ),
            ],
        )

    def _start_training_job(
        self, training_role: iam.Role, image: AlgorithmImage
    ) -> PipelineFunction:
        config = self._config
        return PipelineFunction(
            self,
            "start_training_job",
            description="Creates the training job of an execution, once for each attempt",
            defaults=self._defaults,
            settings={
                "bucket": self._bucket.bucket_name,
                "training_image": image.uri,
                "training_role_arn": training_role.role_arn,
                "training_job_prefix": config.training_job_prefix,
                "instance_types": config.instance_types,
                "instance_count": config.instance_count,
                "volume_size_gb": config.volume_size_gb,
                "max_runtime_seconds": config.max_runtime_seconds,
                "max_capacity_rounds": config.max_capacity_rounds,
                "max_billable_hours": config.max_billable_hours,
                "managed_spot_training": config.managed_spot_training,
                "max_wait_seconds": config.max_wait_seconds,
                "kms_key_arn": config.kms_key_arn or "",
                "vpc_subnets": config.vpc_subnets,
                "security_groups": config.security_groups,
                "network_isolation": config.network_isolation,
                "encrypt_inter_container_traffic": config.encrypt_inter_container_traffic,
                "hyperparameters": config.hyperparameters,
            },
            permissions=[
                self._on_jobs(
                    "sagemaker:CreateTrainingJob",
                    "sagemaker:DescribeTrainingJob",
                    "sagemaker:AddTags",
                ),
                iam.PolicyStatement(
                    actions=["iam:PassRole"],
                    resources=[training_role.role_arn],
                    conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
                ),
                on_objects(self._bucket, BucketLayout.EXECUTIONS, "s3:PutObject", "s3:GetObject"),
                on_objects(self._bucket, config.labeling_prefix, "s3:GetObject"),
                listing(self._bucket, BucketLayout.EXECUTIONS, config.labeling_prefix),
            ],
        )

    def _await_training_job(self) -> PipelineFunction:
        return PipelineFunction(
            self,
            "await_training_job",
            description="Leaves a task token for the event that ends the training job",
            defaults=self._defaults,
            settings={"bucket": self._bucket.bucket_name},
            permissions=[
                on_objects(self._bucket, BucketLayout.CALLBACKS, "s3:PutObject", "s3:DeleteObject"),
                self._on_jobs("sagemaker:DescribeTrainingJob"),
            ],
        )

    def _record_model(self) -> PipelineFunction:
        return PipelineFunction(
            self,
            "record_model",
            description="Records the model, its metrics and what the training cost",
            defaults=self._defaults,
            settings={"bucket": self._bucket.bucket_name},
            permissions=[
                self._on_jobs("sagemaker:DescribeTrainingJob"),
                on_objects(self._bucket, BucketLayout.EXECUTIONS, "s3:PutObject", "s3:GetObject"),
                listing(self._bucket, BucketLayout.EXECUTIONS),
            ],
        )

    def _on_jobs(self, *actions: str) -> iam.PolicyStatement:
        return on_training_jobs(Stack.of(self), self._config.training_job_prefix, *actions)

    def _on_labeling_jobs(self, *actions: str) -> iam.PolicyStatement:
        jobs = Stack.of(self).format_arn(
            service="sagemaker", resource="labeling-job", resource_name="*"
        )
        return iam.PolicyStatement(actions=list(actions), resources=[jobs])
