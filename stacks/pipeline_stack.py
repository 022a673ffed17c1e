"""The stack: puts the constructs together and says what they are called; defines no resource."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import Annotations, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.algorithm_image import AlgorithmImage
from stacks.constructs.dashboard import PipelineDashboard
from stacks.constructs.evaluation_steps import EvaluationSteps
from stacks.constructs.event_routes import EventRoutes
from stacks.constructs.notification_topic import NotificationTopic
from stacks.constructs.pipeline_function import FunctionDefaults
from stacks.constructs.steps import Steps
from stacks.constructs.storage import Storage
from stacks.constructs.training_role import TrainingRole
from stacks.constructs.workflow import Workflow
from stacks.outputs import write_outputs
from stacks.settings.cautions import cautions
from stacks.settings.chosen import METADATA_KEY
from stacks.settings.fields import PipelineSettings


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """What the stack needs from the machine it is synthesized on."""

    code: Path
    """The folder of the functions' code, holding ``lambdas``."""
    layer: Path
    """The folder of the Lambda layer of all functions, holding ``python``."""
    check_images_layer: Path
    """The folder of the one that ``check_images`` has on top."""
    training_images: Mapping[str, str]
    """Image URI of the algorithm by region."""


class PipelineStack(Stack):
    """One training pipeline; a second one in the account is a second stack."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: PipelineSettings,
        chosen: Mapping[str, Any],
        inputs: BuildInputs,
        **stack_properties: Any,
    ) -> None:
        """``chosen`` has the settings that are not their default, for the next deployment."""
        super().__init__(scope, construct_id, **stack_properties)
        self.template_options.metadata = {METADATA_KEY: chosen}
        self._bound_roles(settings.permissions_boundary_arn)
        for name, sentence in cautions(settings).items():
            Annotations.of(self).add_warning_v2(f"gt-train:{name}", sentence)
        storage = Storage.define(self, settings)
        topic = NotificationTopic(
            self, "Notifications", email=settings.notification_email, key=storage.key
        )
        image = AlgorithmImage(self, "Algorithm", inputs.training_images)
        training_role = TrainingRole(
            self, "TrainingRole", settings=settings, storage=storage, image=image
        )
        defaults = FunctionDefaults(
            self,
            "Functions",
            settings=settings,
            storage=storage,
            code=inputs.code,
            layer=inputs.layer,
        )
        steps = Steps(
            self,
            "Steps",
            defaults=defaults,
            check_images_layer=inputs.check_images_layer,
            training_role=training_role,
            topic=topic,
        )
        evaluation = (
            EvaluationSteps(self, "Evaluation", defaults=defaults, image=image, topic=topic)
            if settings.evaluation == "on"
            else None
        )
        workflow = Workflow(
            self,
            "Workflow",
            settings=settings,
            steps=steps,
            evaluation=evaluation,
            key=storage.key,
        )
        routes = EventRoutes(
            self,
            "Events",
            defaults=defaults,
            training_role=training_role,
            state_machine=workflow.state_machine,
            topic=topic,
        )
        PipelineDashboard(
            self,
            "Dashboard",
            state_machine=workflow.state_machine,
            dead_letters=routes.dead_letters,
        )
        write_outputs(self, settings, storage, routes)

    def _bound_roles(self, policy_arn: str | None) -> None:
        if policy_arn:
            policy = iam.ManagedPolicy.from_managed_policy_arn(self, "Boundary", policy_arn)
            iam.PermissionsBoundary.of(self).apply(policy)
