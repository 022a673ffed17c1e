"""The functions of the steps that run a model over images, each with its permissions."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from lambdas.contract import BucketLayout
from lambdas.settings import AwaitTransformJobSettings, StartTransformJobSettings
from stacks.constructs.model_role import ModelRole
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
from stacks.settings.function_settings import function_settings


class TransformSteps(Construct):
    """``start_transform_job`` and ``await_transform_job``."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        model_role: ModelRole,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        self._defaults = defaults
        self._settings = defaults.settings
        self._bucket = defaults.storage.bucket
        self.start_transform_job = self._start_transform_job(model_role, topic)
        self.await_transform_job = self._await_transform_job()

    @property
    def functions(self) -> tuple[PipelineFunction, ...]:
        """Return all of them, for the workflow to invoke."""
        return self.start_transform_job, self.await_transform_job

    def _start_transform_job(self, model_role: ModelRole, topic: sns.ITopic) -> PipelineFunction:
        stack = Stack.of(self)
        return PipelineFunction(
            self,
            "start_transform_job",
            description="Creates a transform job and its model, once for each attempt",
            defaults=self._defaults,
            settings=function_settings(
                StartTransformJobSettings,
                self._settings,
                bucket=self._bucket.bucket_name,
                topic_arn=topic.topic_arn,
                model_role_arn=model_role.role_arn,
            ),
            permissions=[
                # Creating and stopping is allowed by the workflow, which knows its executions.
                allow_describing(stack, SageMakerThing.TRANSFORM_JOB),
                allow_reading_tags(stack, SageMakerThing.TRANSFORM_JOB),
                allow_describing(stack, SageMakerThing.MODEL),
                *self._counting_what_was_spent(),
                allow_passing(model_role),
                allow_on_objects(
                    self._bucket, BucketLayout.EXECUTIONS, "s3:PutObject", "s3:GetObject"
                ),
                allow_listing(self._bucket, BucketLayout.EXECUTIONS),
                iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.topic_arn]),
            ],
        )

    def _counting_what_was_spent(self) -> list[iam.PolicyStatement]:
        if self._settings.max_billable_hours is None:
            return []
        return [allow_describing(Stack.of(self), SageMakerThing.TRAINING_JOB)]

    def _await_transform_job(self) -> PipelineFunction:
        return PipelineFunction(
            self,
            "await_transform_job",
            description="Leaves a task token for the event that ends a transform job",
            defaults=self._defaults,
            settings=AwaitTransformJobSettings(bucket=self._bucket.bucket_name),
            permissions=[
                # Answering, and stopping a job whose time is over, is allowed by the workflow.
                allow_keeping_task_tokens(self._bucket),
                allow_describing(Stack.of(self), SageMakerThing.TRANSFORM_JOB),
            ],
        )
