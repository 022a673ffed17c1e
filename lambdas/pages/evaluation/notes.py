"""What the page says beside its figures: of what images they are, and what they are not."""

from collections.abc import Iterator, Mapping

from lambdas.evaluation.kept_evaluation import KeptEvaluation
from lambdas.messages.evaluation import EvaluationPlan
from lambdas.pages.evaluation.subject import class_name

SAGEMAKERS_OWN = "validation:mAP"
MOST_NAMED = 10


def evaluation_notes(
    plan: EvaluationPlan, kept: KeptEvaluation, reported: Mapping[str, float]
) -> Iterator[str]:
    """Return the sentences; ``reported`` are the metrics of the training job by SageMaker."""
    if plan.images < plan.held_out_images:
        yield (
            f"A sample: {plan.images:,} of {plan.held_out_images:,} {plan.held_out} images"
            " (setting max_evaluation_images), the same in every execution as long as they are"
            " there."
        )
    unseen = sorted(kept.classes.keys() - kept.per_class.keys())
    if unseen and kept.per_class:
        names = ", ".join(class_name(kept.classes, each) for each in unseen[:MOST_NAMED])
        more = f" and {len(unseen) - MOST_NAMED:,} more" if len(unseen) > MOST_NAMED else ""
        yield f"Classes without a box in these images, which are in no mean: {names}{more}."
    version = (plan.incumbent or "").rpartition(":model-package/")[2]
    if kept.not_compared:
        yield f"The incumbent, {version}, is not compared: {kept.not_compared}."
    elif kept.incumbent:
        yield f"Before: the incumbent, {version}, on the same images."
    if SAGEMAKERS_OWN in reported:
        yield (
            f"SageMaker's own last {SAGEMAKERS_OWN} is {reported[SAGEMAKERS_OWN]:.3f}. How it is"
            " computed is not published; do not compare it with these figures."
        )
