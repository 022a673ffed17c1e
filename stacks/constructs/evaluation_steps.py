"""All functions of the steps that find out what a model is worth."""

from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.constructs.algorithm_image import AlgorithmImage
from stacks.constructs.model_role import ModelRole
from stacks.constructs.model_steps import ModelSteps
from stacks.constructs.pipeline_function import FunctionDefaults, PipelineFunction
from stacks.constructs.transform_steps import TransformSteps


class EvaluationSteps(Construct):
    """``model`` chooses, measures and registers; ``transform`` has models run in between."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        image: AlgorithmImage,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        role = ModelRole(
            self,
            "ModelRole",
            settings=defaults.settings,
            storage=defaults.storage,
            image=image,
        )
        self.transform = TransformSteps(
            self, "Transform", defaults=defaults, model_role=role, topic=topic
        )
        self.model = ModelSteps(
            self, "Model", defaults=defaults, training_image=image.uri, topic=topic
        )

    @property
    def functions(self) -> tuple[PipelineFunction, ...]:
        """Return all of them, for the workflow to invoke."""
        return *self.transform.functions, *self.model.functions
