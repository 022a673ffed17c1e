"""The stack: puts the constructs together and says what they are called; defines no resource."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import Aws, CfnOutput, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.config import PipelineConfig
from stacks.constructs.algorithm_image import AlgorithmImage
from stacks.constructs.event_routes import EventRoutes
from stacks.constructs.notification_topic import NotificationTopic
from stacks.constructs.pipeline_bucket import PipelineBucket
from stacks.constructs.pipeline_function import FunctionDefaults
from stacks.constructs.steps import Steps
from stacks.constructs.training_role import TrainingRole
from stacks.constructs.workflow import Workflow


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
        bucket = PipelineBucket(self, "Bucket")
        topic = NotificationTopic(self, "Notifications", email=config.notification_email)
        image_buckets = [
            s3.Bucket.from_bucket_name(self, f"Images-{name}", name)
            for name in config.image_buckets
        ]
        image = AlgorithmImage(self, "Algorithm", inputs.training_images)
        training_role = TrainingRole(
            self,
            "TrainingRole",
            bucket=bucket,
            image_buckets=image_buckets,
            image=image,
        )
        defaults = FunctionDefaults(
            self,
            "Functions",
            project=inputs.project,
            layer=inputs.layer,
            log_retention_days=config.log_retention_days,
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
        workflow = Workflow(self, "Workflow", config=config, steps=steps)
        routes = EventRoutes(
            self,
            "Events",
            config=config,
            defaults=defaults,
            bucket=bucket,
            state_machine=workflow.state_machine,
            topic=topic,
        )
        state_machine_arn = workflow.state_machine.state_machine_arn
        self._output("BucketName", bucket.bucket_name, "The bucket of the pipeline")
        self._output(
            "LabelingOutputUri",
            f"s3://{bucket.bucket_name}/{config.labeling_prefix}",
            "S3OutputPath to give to a labeling job; its manifest starts an execution",
        )
        self._output("StateMachineArn", state_machine_arn, "The workflow")
        self._output(
            "StateMachineConsoleUrl",
            f"https://{Aws.REGION}.console.aws.amazon.com/states/home?region={Aws.REGION}"
            f"#/statemachines/view/{state_machine_arn}",
            "The workflow in the AWS console",
        )
        self._output("TopicArn", topic.topic_arn, "Tells of executions that ended without a model")
        self._output(
            "DeadLetterQueueUrl",
            routes.dead_letters.queue_url,
            "Events that could be neither delivered nor processed",
        )

    def _output(self, name: str, value: str, description: str) -> None:
        CfnOutput(self, name, value=value, description=description)
