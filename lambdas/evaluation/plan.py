"""The plan of an evaluation: which models are asked about which images."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lambdas.contract import BucketLayout
from lambdas.evaluation.held_out import HeldOut
from lambdas.messages.evaluation import EvaluationPlan, Prediction


@dataclass(frozen=True, slots=True)
class RunnableModel:
    """A trained model: S3 URI of its ``model.tar.gz``, and the image URI of its container."""

    artifact: str
    container: str


@dataclass(frozen=True, slots=True)
class Incumbent:
    """What the new model is to be compared with, or why it is not. Without one, all is None."""

    arn: str | None = None
    model: RunnableModel | None = None
    not_compared: str | None = None


def evaluation_plan(
    chosen: HeldOut,
    candidate: RunnableModel,
    incumbent: Incumbent,
    *,
    held_out: Literal["validation", "test"],
    layout: BucketLayout,
    execution: str,
) -> EvaluationPlan:
    """Return the plan: each model on the images of each bucket, as one job reads of one bucket.

    Without a box in the images there is nothing to measure, and no model is asked.
    """
    models: list[tuple[Literal["candidate", "incumbent"], RunnableModel]] = []
    if chosen.boxes:
        models.append(("candidate", candidate))
        if incumbent.model:
            models.append(("incumbent", incumbent.model))
    return EvaluationPlan(
        held_out=held_out,
        images=chosen.images,
        held_out_images=chosen.of,
        evaluated_records=layout.uri(layout.evaluated_records(execution)),
        incumbent=incumbent.arn,
        not_compared=incumbent.not_compared,
        predictions=[
            prediction
            for name, model in models
            for prediction in _predictions(name, model, chosen, layout, execution)
        ],
    )


def _predictions(
    name: Literal["candidate", "incumbent"],
    model: RunnableModel,
    chosen: HeldOut,
    layout: BucketLayout,
    execution: str,
) -> Iterator[Prediction]:
    for bucket, keys in chosen.keys.items():
        yield Prediction(
            model=name,
            image_bucket=bucket,
            image_count=len(keys),
            images=layout.uri(layout.images_to_predict(execution, bucket)),
            output=layout.uri(layout.predictions(execution, name, bucket)),
            model_artifact=model.artifact,
            container=model.container,
        )
