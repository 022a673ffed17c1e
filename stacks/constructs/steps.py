"""All functions of the steps that make a model of a manifest."""

from pathlib import Path

from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.constructs.data_steps import DataSteps
from stacks.constructs.pipeline_function import FunctionDefaults, PipelineFunction
from stacks.constructs.training_role import TrainingRole
from stacks.constructs.training_steps import TrainingSteps


class Steps(Construct):
    """``data`` makes a data set of the manifest, ``training`` makes a model of that.

    All their functions are children of this construct: its id is part of their logical ids, and a
    function with another one would be a new function, while executions under way invoke the old.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        check_images_layer: Path,
        training_role: TrainingRole,
        topic: sns.ITopic,
    ) -> None:
        """``check_images_layer`` is a folder that holds ``python``."""
        super().__init__(scope, construct_id)
        self.data = DataSteps(self, defaults=defaults, check_images_layer=check_images_layer)
        self.training = TrainingSteps(
            self, defaults=defaults, training_role=training_role, topic=topic
        )

    @property
    def functions(self) -> tuple[PipelineFunction, ...]:
        """Return all of them, for the workflow to invoke."""
        return *self.data.functions, *self.training.functions
