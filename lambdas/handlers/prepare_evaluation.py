"""Prepare Evaluation: chooses the images and the models that are to be run on them."""

from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.evaluation_files import S3ModelFiles, class_names, write_held_out
from lambdas.adapters.model_registry import SageMakerModelRegistry
from lambdas.adapters.observability import about_execution, logger, observed
from lambdas.contract import BucketLayout
from lambdas.evaluation.plan import RunnableModel, evaluation_plan
from lambdas.messages.payloads import PrepareEvaluationEvent
from lambdas.registry.incumbent import find_incumbent
from lambdas.settings import PrepareEvaluationSettings


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Write what the transform jobs read; return which of them there are to be."""
    step = msgspec.convert(event, PrepareEvaluationEvent)
    about_execution(step.execution.name)
    configured = settings(PrepareEvaluationSettings)
    layout = BucketLayout(configured.bucket)
    incumbent = find_incumbent(
        SageMakerModelRegistry(configured.model_package_group),
        S3ModelFiles(),
        container=configured.training_image,
        models=layout.uri(layout.MODELS),
        classes=class_names(step.dataset),
    )
    chosen = write_held_out(
        step.dataset, configured.max_evaluation_images, layout, step.execution.name
    )
    plan = evaluation_plan(
        chosen,
        RunnableModel(step.outcome.model_artifact, configured.training_image),
        incumbent,
        held_out="test" if step.dataset.test_manifest else "validation",
        layout=layout,
        execution=step.execution.name,
    )
    logger.info("%s of %s images, incumbent %s", plan.images, plan.held_out_images, plan.incumbent)
    returned: dict[str, Any] = msgspec.to_builtins(plan)
    return returned
