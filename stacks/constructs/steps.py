"""The functions that are steps of the workflow, each with its own permissions."""

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from lambdas.contract import BucketLayout
from lambdas.settings import (
    AwaitTrainingJobSettings,
    CheckImagesSettings,
    RecordModelSettings,
    SetImagesAsideSettings,
    StartTrainingJobSettings,
    ValidateManifestSettings,
)
from stacks.constructs.permissions import (
    SageMakerThing,
    allow_describing,
    allow_keeping_task_tokens,
    allow_listing,
    allow_on_objects,
    allow_passing,
    allow_reading,
    allow_reading_tags,
    deny_reading_task_tokens,
)
from stacks.constructs.pipeline_function import (
    FunctionDefaults,
    FunctionSize,
    PipelineFunction,
)
from stacks.constructs.training_role import TrainingRole
from stacks.settings.function_settings import function_settings

VALIDATION = FunctionSize(timeout_seconds=900, memory_mb=1769, scratch_mb=1024)
"""The most time that Lambda gives, and the memory that comes with one whole vCPU (Lambda
developer guide, configuration-memory.html), which is all that one validator can use
(docs/adr/0007-validation-memory.md): a manifest of 10 GB is read in three to five minutes."""


CHECKING_SECONDS = 90
CHECKING = {
    "headers": FunctionSize(CHECKING_SECONDS, memory_mb=512),
    "decode": FunctionSize(CHECKING_SECONDS, memory_mb=1769),
}
"""First bytes are waited for more than they are computed with; decoding takes a whole vCPU, and
800 MB for an image of 100 megapixels."""


@dataclass(frozen=True, slots=True)
class ImageSteps:
    """What looks at images, one batch at a time, and what sets those aside that can't be used."""

    check_images: PipelineFunction
    set_images_aside: PipelineFunction


class Steps(Construct):
    """``validate_manifest``, ``start_training_job``, ``await_training_job``, ``record_model``.

    ``images`` has two more, unless the settings switch them off.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        training_role: TrainingRole,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        self._defaults = defaults
        self._settings = defaults.settings
        self.bucket = self._bucket = defaults.storage.bucket
        self.validate_manifest = self._validate_manifest()
        self.images = self._image_steps() if self._settings.image_checks != "off" else None
        self.start_training_job = self._start_training_job(training_role, topic)
        self.await_training_job = self._await_training_job()
        self.record_model = self._record_model()

    def _validate_manifest(self) -> PipelineFunction:
        return PipelineFunction(
            self,
            "validate_manifest",
            description="Checks a manifest and splits it into train and validation",
            defaults=self._defaults,
            size=VALIDATION,
            settings=function_settings(
                ValidateManifestSettings, self._settings, bucket=self._bucket.bucket_name
            ),
            permissions=[
                *self._validating(),
                self._on_labeling_jobs("sagemaker:DescribeLabelingJob"),
            ],
        )

    def _image_steps(self) -> ImageSteps:
        return ImageSteps(self._check_images(), self._set_images_aside())

    def _check_images(self) -> PipelineFunction:
        buckets = [self._bucket, *self._defaults.storage.image_buckets]
        return PipelineFunction(
            self,
            "check_images",
            description="Looks at a batch of the images that a manifest names",
            defaults=self._defaults,
            size=CHECKING[self._settings.image_checks],
            settings=function_settings(CheckImagesSettings, self._settings),
            # What the training role may do with images, so that both are refused the same.
            permissions=[
                iam.PolicyStatement(
                    actions=["s3:GetObject"],
                    resources=[bucket.arn_for_objects("*") for bucket in buckets],
                ),
                iam.PolicyStatement(
                    actions=["s3:ListBucket"], resources=[bucket.bucket_arn for bucket in buckets]
                ),
                deny_reading_task_tokens(self._bucket),
            ],
        )

    def _set_images_aside(self) -> PipelineFunction:
        return PipelineFunction(
            self,
            "set_images_aside",
            description="Takes the lines out of a manifest whose images can't be used",
            defaults=self._defaults,
            size=VALIDATION,
            settings=function_settings(
                SetImagesAsideSettings, self._settings, bucket=self._bucket.bucket_name
            ),
            permissions=self._validating(),
        )

    def _validating(self) -> list[iam.PolicyStatement]:
        return [
            *allow_reading([self._bucket, *self._defaults.storage.image_buckets], versions=True),
            deny_reading_task_tokens(self._bucket),
            allow_on_objects(
                self._bucket, BucketLayout.EXECUTIONS, "s3:PutObject", "s3:AbortMultipartUpload"
            ),
        ]

    def _start_training_job(
        self, training_role: TrainingRole, topic: sns.ITopic
    ) -> PipelineFunction:
        labeling_prefix = self._settings.labeling_prefix
        return PipelineFunction(
            self,
            "start_training_job",
            description="Creates the training job of an execution, once for each attempt",
            defaults=self._defaults,
            settings=function_settings(
                StartTrainingJobSettings,
                self._settings,
                bucket=self._bucket.bucket_name,
                topic_arn=topic.topic_arn,
                training_image=training_role.algorithm.uri,
                training_role_arn=training_role.role_arn,
                max_wait_seconds=self._settings.longest_spot_seconds,
            ),
            permissions=[
                # Creating and stopping them is allowed by the workflow, which knows its executions.
                allow_describing(Stack.of(self), SageMakerThing.TRAINING_JOB),
                allow_reading_tags(Stack.of(self), SageMakerThing.TRAINING_JOB),
                allow_passing(training_role),
                allow_on_objects(
                    self._bucket, BucketLayout.EXECUTIONS, "s3:PutObject", "s3:GetObject"
                ),
                allow_on_objects(self._bucket, labeling_prefix, "s3:GetObject"),
                iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.topic_arn]),
                allow_listing(self._bucket, BucketLayout.EXECUTIONS, labeling_prefix),
            ],
        )

    def _await_training_job(self) -> PipelineFunction:
        return PipelineFunction(
            self,
            "await_training_job",
            description="Leaves a task token for the event that ends the training job",
            defaults=self._defaults,
            settings=AwaitTrainingJobSettings(bucket=self._bucket.bucket_name),
            permissions=[
                allow_keeping_task_tokens(self._bucket),
                allow_describing(Stack.of(self), SageMakerThing.TRAINING_JOB),
            ],
        )

    def _record_model(self) -> PipelineFunction:
        return PipelineFunction(
            self,
            "record_model",
            description="Records the model, its metrics and what the training cost",
            defaults=self._defaults,
            settings=function_settings(
                RecordModelSettings, self._settings, bucket=self._bucket.bucket_name
            ),
            permissions=[
                allow_describing(Stack.of(self), SageMakerThing.TRAINING_JOB),
                allow_on_objects(
                    self._bucket, BucketLayout.EXECUTIONS, "s3:PutObject", "s3:GetObject"
                ),
                allow_listing(self._bucket, BucketLayout.EXECUTIONS),
            ],
        )

    def _on_labeling_jobs(self, *actions: str) -> iam.PolicyStatement:
        jobs = Stack.of(self).format_arn(
            service="sagemaker", resource="labeling-job", resource_name="*"
        )
        return iam.PolicyStatement(actions=list(actions), resources=[jobs])
