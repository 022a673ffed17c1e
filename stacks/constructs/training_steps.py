"""The functions of the steps that train a model and record it."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from lambdas.contract import BucketLayout
from lambdas.settings import (
    AwaitTrainingJobSettings,
    RecordModelSettings,
    StartTrainingJobSettings,
)
from stacks.constructs.permissions import (
    SageMakerThing,
    allow_describing,
    allow_keeping_task_tokens,
    allow_listing,
    allow_on_objects,
    allow_passing,
    allow_reading_tags,
)
from stacks.constructs.pipeline_function import FunctionDefaults, PipelineFunction
from stacks.constructs.training_role import TrainingRole
from stacks.settings.function_settings import function_settings


class TrainingSteps:
    """``start_training_job``, ``await_training_job``, ``record_model``."""

    def __init__(
        self,
        scope: Construct,
        *,
        defaults: FunctionDefaults,
        training_role: TrainingRole,
        topic: sns.ITopic,
    ) -> None:
        self._scope = scope
        self._defaults = defaults
        self._settings = defaults.settings
        self._bucket = defaults.storage.bucket
        self.start_training_job = self._start_training_job(training_role, topic)
        self.await_training_job = self._await_training_job()
        self.record_model = self._record_model()

    @property
    def functions(self) -> tuple[PipelineFunction, ...]:
        """Return all of them, for the workflow to invoke."""
        return self.start_training_job, self.await_training_job, self.record_model

    def _start_training_job(
        self, training_role: TrainingRole, topic: sns.ITopic
    ) -> PipelineFunction:
        labeling_prefix = self._settings.labeling_prefix
        return PipelineFunction(
            self._scope,
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
                allow_describing(Stack.of(self._scope), SageMakerThing.TRAINING_JOB),
                allow_reading_tags(Stack.of(self._scope), SageMakerThing.TRAINING_JOB),
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
            self._scope,
            "await_training_job",
            description="Leaves a task token for the event that ends the training job",
            defaults=self._defaults,
            settings=AwaitTrainingJobSettings(bucket=self._bucket.bucket_name),
            permissions=[
                allow_keeping_task_tokens(self._bucket),
                allow_describing(Stack.of(self._scope), SageMakerThing.TRAINING_JOB),
            ],
        )

    def _record_model(self) -> PipelineFunction:
        return PipelineFunction(
            self._scope,
            "record_model",
            description="Records the model, its metrics and what the training cost",
            defaults=self._defaults,
            settings=function_settings(
                RecordModelSettings, self._settings, bucket=self._bucket.bucket_name
            ),
            permissions=[
                allow_describing(Stack.of(self._scope), SageMakerThing.TRAINING_JOB),
                allow_on_objects(
                    self._bucket, BucketLayout.EXECUTIONS, "s3:PutObject", "s3:GetObject"
                ),
                allow_listing(self._bucket, BucketLayout.EXECUTIONS),
            ],
        )
