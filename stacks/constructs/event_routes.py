"""What moves the pipeline, events and a clock: for each its rule and its function."""

from collections.abc import Sequence
from typing import Any

import msgspec
from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from lambdas.contract import BucketLayout
from lambdas.settings import (
    CloseExecutionSettings,
    ReconcileJobsSettings,
    ResumeExecutionSettings,
    StartExecutionSettings,
)
from stacks.constructs.dead_letter_alarm import DeadLetterAlarm
from stacks.constructs.dead_letter_queue import DeadLetterQueue
from stacks.constructs.permissions import (
    SageMakerThing,
    allow_answering_tasks,
    allow_describing,
    allow_ending,
    allow_listing,
    allow_on_objects,
    allow_reading_tags,
    executions_arn,
)
from stacks.constructs.pipeline_function import (
    SMALL,
    FunctionDefaults,
    FunctionSize,
    PipelineFunction,
)
from stacks.settings.function_settings import function_settings

DELIVERY_HOURS = 24
DELIVERY_ATTEMPTS = 185
"""What EventBridge does at most to deliver an event (eb-rule-retry-policy.html)."""

RECONCILE_MINUTES = 15
"""How long a job may run on for an execution that has ended, at the very worst."""

RECONCILIATION = FunctionSize(timeout_seconds=900, memory_mb=512)
"""Three calls, about 0.1 s, for each running job or model: enough for some 7,000 at once."""


class EventRoutes(Construct):
    """``start_``, ``resume_`` and ``close_execution``, ``reconcile_jobs``, and their rules.

    An event that cannot be delivered and one that its function fails on three times both end in
    ``dead_letters``, in the form in which EventBridge sent them.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        training_role: iam.IRole,
        state_machine: sfn.StateMachine,
        topic: sns.Topic,
    ) -> None:
        super().__init__(scope, construct_id)
        self._defaults = defaults
        self._settings = defaults.settings
        self._bucket = defaults.storage.bucket
        self._training_role = training_role
        self.state_machine = state_machine
        self.topic = topic
        self.dead_letters = DeadLetterQueue(self, "DeadLetters", key=defaults.storage.key)
        DeadLetterAlarm(self, "DeadLettersAlarm", queue=self.dead_letters, topic=topic)
        self._route_manifests()
        self._jobs = [SageMakerThing.TRAINING_JOB]
        if self._settings.evaluation == "on":
            self._jobs.append(SageMakerThing.TRANSFORM_JOB)
        self._route_jobs()
        self._route_executions()
        self._reconcile_jobs()

    def _route_manifests(self) -> None:
        prefix = self._settings.labeling_prefix
        self._route(
            "ManifestWritten",
            events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [self._bucket.bucket_name]},
                    "object": {
                        "key": events.Match.wildcard(f"{prefix}*{BucketLayout.MANIFEST_TAIL}")
                    },
                },
            ),
            self._function(
                "start_execution",
                description="Starts one execution for each version of a manifest",
                settings=StartExecutionSettings(
                    state_machine_arn=self.state_machine.state_machine_arn
                ),
                permissions=[
                    iam.PolicyStatement(
                        actions=["states:StartExecution"],
                        resources=[self.state_machine.state_machine_arn],
                    )
                ],
            ),
        )

    def _route_jobs(self) -> None:
        """Not by their names: the prefix may have been another one when a job was started.

        What tells ours is the role of a training job and where a transform job writes: its event
        has no role.
        """
        resume = self._resume_execution()
        predictions = f"s3://{self._bucket.bucket_name}/{BucketLayout.EXECUTIONS}"
        ours: dict[SageMakerThing, dict[str, Any]] = {
            SageMakerThing.TRAINING_JOB: {"RoleArn": [self._training_role.role_arn]},
            SageMakerThing.TRANSFORM_JOB: {
                "TransformOutput": {"S3OutputPath": [{"prefix": predictions}]}
            },
        }
        for job in self._jobs:
            self._route(
                f"{job}Ended",
                events.EventPattern(
                    source=["aws.sagemaker"],
                    detail_type=[f"SageMaker {job.words} State Change"],
                    detail={f"{job}Status": ["Completed", "Failed", "Stopped"], **ours[job]},
                ),
                resume,
            )

    def _resume_execution(self) -> PipelineFunction:
        return self._function(
            "resume_execution",
            description="Answers the execution that awaits a job",
            settings=ResumeExecutionSettings(
                bucket=self._bucket.bucket_name,
                state_machine_arn=self.state_machine.state_machine_arn,
            ),
            permissions=[
                allow_on_objects(
                    self._bucket, BucketLayout.CALLBACKS, "s3:GetObject", "s3:DeleteObject"
                ),
                allow_listing(self._bucket, BucketLayout.CALLBACKS),
                *(allow_describing(Stack.of(self), job) for job in self._jobs),
                allow_answering_tasks(self.state_machine.state_machine_arn),
            ],
        )

    def _route_executions(self) -> None:
        self._route(
            "ExecutionEnded",
            events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "status": ["FAILED", "TIMED_OUT", "ABORTED"],
                    "stateMachineArn": [self.state_machine.state_machine_arn],
                },
            ),
            self._function(
                "close_execution",
                description="Stops the jobs of an execution that failed, and tells people",
                settings=CloseExecutionSettings(
                    bucket=self._bucket.bucket_name, topic_arn=self.topic.topic_arn
                ),
                permissions=[
                    allow_on_objects(self._bucket, BucketLayout.EXECUTIONS, "s3:GetObject"),
                    allow_listing(self._bucket, BucketLayout.EXECUTIONS),
                    *(allow_describing(Stack.of(self), job) for job in self._jobs),
                    *self._stopping_jobs(),
                    self._describing_executions(),
                    iam.PolicyStatement(actions=["sns:Publish"], resources=[self.topic.topic_arn]),
                ],
            ),
        )

    def _reconcile_jobs(self) -> None:
        function = self._function(
            "reconcile_jobs",
            description="Stops jobs whose execution has ended, should its event be lost",
            size=RECONCILIATION,
            settings=function_settings(
                ReconcileJobsSettings,
                self._settings,
                bucket=self._bucket.bucket_name,
                state_machine_arn=self.state_machine.state_machine_arn,
            ),
            permissions=[
                allow_on_objects(self._bucket, BucketLayout.EXECUTIONS, "s3:GetObject"),
                allow_listing(self._bucket, BucketLayout.EXECUTIONS),
                iam.PolicyStatement(
                    actions=[f"sagemaker:List{job}s" for job in self._jobs], resources=["*"]
                ),
                allow_reading_tags(Stack.of(self), *self._jobs),
                *self._stopping_jobs(),
                *self._deleting_models(),
                self._describing_executions(),
            ],
        )
        events.Rule(
            self,
            "Reconcile",
            schedule=events.Schedule.rate(Duration.minutes(RECONCILE_MINUTES)),
            targets=[targets.LambdaFunction(function, retry_attempts=0)],
        )

    def _stopping_jobs(self) -> list[iam.PolicyStatement]:
        return [allow_ending("Stop", job, self.state_machine) for job in self._jobs]

    def _deleting_models(self) -> list[iam.PolicyStatement]:
        if SageMakerThing.TRANSFORM_JOB not in self._jobs:
            return []
        return [
            iam.PolicyStatement(actions=["sagemaker:ListModels"], resources=["*"]),
            allow_reading_tags(Stack.of(self), SageMakerThing.MODEL),
            allow_describing(Stack.of(self), SageMakerThing.TRANSFORM_JOB),
            allow_ending("Delete", SageMakerThing.MODEL, self.state_machine),
        ]

    def _route(self, name: str, pattern: events.EventPattern, function: PipelineFunction) -> None:
        events.Rule(
            self,
            name,
            event_pattern=pattern,
            targets=[
                targets.LambdaFunction(
                    function,
                    dead_letter_queue=self.dead_letters,
                    max_event_age=Duration.hours(DELIVERY_HOURS),
                    retry_attempts=DELIVERY_ATTEMPTS,
                )
            ],
        )

    def _function(
        self,
        module: str,
        *,
        description: str,
        settings: msgspec.Struct,
        permissions: Sequence[iam.PolicyStatement],
        size: FunctionSize = SMALL,
    ) -> PipelineFunction:
        return PipelineFunction(
            self,
            module,
            defaults=self._defaults,
            description=description,
            settings=settings,
            permissions=permissions,
            size=size,
            dead_letter_queue=self.dead_letters,
        )

    def _describing_executions(self) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            actions=["states:DescribeExecution"], resources=[executions_arn(self.state_machine)]
        )
