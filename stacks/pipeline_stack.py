"""The stack: puts the constructs together and says what they are called; defines no resource."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.config import PipelineConfig
from stacks.constructs.algorithm_image import AlgorithmImage
from stacks.constructs.dashboard import PipelineDashboard
from stacks.constructs.event_routes import EventRoutes
from stacks.constructs.notification_topic import NotificationTopic
from stacks.constructs.pipeline_bucket import PipelineBucket
from stacks.constructs.pipeline_function import FunctionDefaults
from stacks.constructs.steps import Steps
from stacks.constructs.training_role import TrainingRole
from stacks.constructs.workflow import Workflow
from stacks.outputs import write_outputs


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """What the stack needs from the machine it is synthesized on."""

    project: Path
    """The folder that holds ``lambdas``."""
    layer: Path
    """The folder of the Lambda layer, holding ``python``."""
    training_images: Mapping[str, str]
    """Image URI of the algorithm by region."""


class PipelineStack(Stack):
    """One training pipeline; a second one in the account is a second stack."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: PipelineConfig,
        inputs: BuildInputs,
        **stack_properties: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_properties)
        key = self._key(config.kms_key_arn)
        self._bound_roles(config.permissions_boundary_arn)
        bucket = self._bucket(config, key)
        topic = NotificationTopic(self, "Notifications", email=config.notification_email, key=key)
        image_buckets = [
            s3.Bucket.from_bucket_name(self, f"Images-{name}", name)
            for name in config.image_buckets
        ]
        image = AlgorithmImage(self, "Algorithm", inputs.training_images)
        training_role = TrainingRole(
            self,
            "TrainingRole",
            config=config,
            bucket=bucket,
            image_buckets=image_buckets,
            image=image,
            key=key,
        )
        defaults = FunctionDefaults(
            self,
            "Functions",
            project=inputs.project,
            layer=inputs.layer,
            log_retention_days=config.log_retention_days,
            key=key,
        )
        steps = Steps(
            self,
            "Steps",
            config=config,
            defaults=defaults,
            bucket=bucket,
            image_buckets=image_buckets,
            training_role=training_role,
            image=image,
        )
        workflow = Workflow(self, "Workflow", config=config, steps=steps, key=key)
        routes = EventRoutes(
            self,
            "Events",
            config=config,
            defaults=defaults,
            bucket=bucket,
            state_machine=workflow.state_machine,
            topic=topic,
        )
        PipelineDashboard(
            self,
            "Dashboard",
            state_machine=workflow.state_machine,
            dead_letters=routes.dead_letters,
        )
        write_outputs(
            self,
            config,
            bucket=bucket,
            state_machine=workflow.state_machine,
            topic=topic,
            dead_letters=routes.dead_letters,
        )

    def _key(self, arn: str | None) -> kms.IKey | None:
        return kms.Key.from_key_arn(self, "Key", arn) if arn else None

    def _bucket(self, config: PipelineConfig, key: kms.IKey | None) -> s3.IBucket:
        if config.existing_bucket:
            return s3.Bucket.from_bucket_name(self, "Bucket", config.existing_bucket)
        return PipelineBucket(self, "Bucket", key=key)

    def _bound_roles(self, policy_arn: str | None) -> None:
        if policy_arn:
            policy = iam.ManagedPolicy.from_managed_policy_arn(self, "Boundary", policy_arn)
            iam.PermissionsBoundary.of(self).apply(policy)
