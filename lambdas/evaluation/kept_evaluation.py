"""What the pipeline keeps of an evaluation: the command's document, and what it was made of."""

import msgspec

from lambdas.evaluation.comparison import Comparison
from lambdas.evaluation.document import Evaluation
from lambdas.evaluation.nothing import NOTHING_TO_MEASURE
from lambdas.messages.evaluation import Evaluated, EvaluationPlan, OperatingPoint
from lambdas.messages.outcome import Outcome


class KeptClasses(msgspec.Struct, frozen=True):
    """The part of ``evaluation.json`` that the next execution's comparison reads."""

    classes: dict[int, str]


class KeptEvaluation(Evaluation, frozen=True, kw_only=True):
    """``evaluation.json``. The figures at the top are those of the new model.

    missing: images that a model gave no answer for, left out. classes: all that the model was
    trained on, by id. incumbent: that of the version ``incumbent_model_package`` on the same
    images.
    """

    held_out: str
    missing: list[str]
    classes: dict[int, str]
    model_artifact: str
    training_job: str
    manifest: str
    manifest_version: str
    incumbent_model_package: str | None
    incumbent: Evaluation | None
    not_compared: str | None


def kept_evaluation(
    found: Comparison, plan: EvaluationPlan, outcome: Outcome, classes: dict[int, str]
) -> KeptEvaluation:
    """Return the document of a comparison."""
    return KeptEvaluation(
        **msgspec.structs.asdict(found.summary.evaluation),
        held_out=plan.held_out,
        missing=found.missing,
        classes=classes,
        model_artifact=outcome.model_artifact,
        training_job=outcome.training_job,
        manifest=outcome.manifest,
        manifest_version=outcome.version_id,
        incumbent_model_package=plan.incumbent,
        incumbent=found.incumbent,
        not_compared=plan.not_compared or found.not_compared,
    )


def headline(
    kept: KeptEvaluation,
    plan: EvaluationPlan,
    *,
    document: str,
    page: str | None,
    review_manifest: str | None,
) -> Evaluated:
    """Return the figures that travel on; where the rest lies is given as S3 URIs."""
    best, coco = kept.best_f1, kept.coco
    before = kept.incumbent.coco if kept.incumbent else None
    return Evaluated(
        held_out=plan.held_out,
        images=len(kept.images),
        held_out_images=plan.held_out_images,
        missing_images=len(kept.missing),
        boxes=sum(each.truth for each in kept.per_class.values()),
        unseen_classes=len(kept.classes.keys() - kept.per_class.keys()),
        ap=_measured(coco.ap),
        ap50=_measured(coco.ap50),
        ap75=_measured(coco.ap75),
        ap_interval=kept.interval.ap,
        ap50_interval=kept.interval.ap50,
        best_f1=None
        if best.threshold is None
        else OperatingPoint(
            threshold=best.threshold, f1=best.f1, precision=best.precision, recall=best.recall
        ),
        incumbent=plan.incumbent,
        incumbent_ap=_measured(before.ap) if before else None,
        incumbent_ap50=_measured(before.ap50) if before else None,
        not_compared=kept.not_compared,
        document=document,
        page=page,
        review_manifest=review_manifest,
    )


def _measured(figure: float) -> float | None:
    return None if figure == NOTHING_TO_MEASURE else figure
