"""Evaluate Model: measures what the models answered, and shows where they are wrong."""

from dataclasses import replace
from typing import Any

import msgspec

from lambdas.adapters.answers import S3Answers
from lambdas.adapters.environment import settings
from lambdas.adapters.evaluation_files import class_names, labelled_images
from lambdas.adapters.evaluation_output import write_evaluation
from lambdas.adapters.observability import about_execution, logger, observed
from lambdas.contract import BucketLayout
from lambdas.errors import PredictionsIncomplete, RedrivenJobEnded
from lambdas.evaluation.comparison import are_of_a_run_before, compare
from lambdas.evaluation.kept_evaluation import kept_evaluation
from lambdas.evaluation.voc_matching import VocRule
from lambdas.messages.payloads import EvaluateModelEvent
from lambdas.settings import EvaluateModelSettings


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return the headline figures, and where the rest lies.

    Raises ``PredictionsIncomplete`` or ``PredictionsNotUsable``; on a redrive, first
    ``RedrivenJobEnded``, with which Predict asks again for what has failed.
    """
    step = msgspec.convert(event, EvaluateModelEvent)
    about_execution(step.execution.name)
    configured = settings(EvaluateModelSettings)
    classes = class_names(step.dataset)
    try:
        found = compare(
            replace(labelled_images(step.evaluation, step.dataset), names=classes),
            step.predicted,
            S3Answers(),
            # What the training counted as found.
            rule=VocRule(float(step.outcome.hyperparameters["overlap_threshold"])),
            max_missing_fraction=configured.max_missing_fraction,
        )
    except PredictionsIncomplete as incomplete:
        if are_of_a_run_before(step.predicted, step.execution):
            raise RedrivenJobEnded(str(incomplete)) from incomplete
        raise
    if found.missing:
        logger.warning("%s images without an answer", len(found.missing))
    kept = kept_evaluation(found, step.evaluation, step.outcome, classes)
    evaluated = write_evaluation(found, kept, step, BucketLayout(configured.bucket))
    logger.info("AP50 %s on %s images", evaluated.ap50, evaluated.images)
    returned: dict[str, Any] = msgspec.to_builtins(evaluated)
    return returned
