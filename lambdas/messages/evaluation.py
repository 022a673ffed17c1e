"""What models are asked and how good their answers are: results of what follows Record Model."""

from typing import Literal

import msgspec


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """What one transform job is asked for: one model's answers about one bucket's images."""

    model: Literal["candidate", "incumbent"]
    image_bucket: str
    image_count: int
    images: str
    """S3 URI of the list of images, in the form of SageMaker's manifest file."""
    output: str
    """S3 URI of the prefix under which the answers lie."""
    model_artifact: str
    """S3 URI of the model's ``model.tar.gz``."""
    container: str
    """Image URI of the algorithm that the model runs in."""


class EvaluationPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What Prepare Evaluation chose: which images, which models, and what to ask them."""

    held_out: Literal["validation", "test"]
    """The part of the data set that the images are of."""
    images: int
    held_out_images: int
    """How many that part has; more than are evaluated where a setting caps them."""
    evaluated_records: str
    """S3 URI of the manifest's lines with those images."""
    incumbent: str | None
    """ARN of the newest approved version in the registry; None where there is none."""
    not_compared: str | None
    """Why the incumbent is not run on the same images; None where it is, or there is none."""
    predictions: list[Prediction]
    """Empty where the images have no box: there is nothing to measure."""


class Predicted(msgspec.Struct, frozen=True, kw_only=True):
    """How one transform job ended: the result of one item of Predict."""

    prediction: Prediction
    transform_job: str
    failure: str | None
    """Why SageMaker marks it as failed; the answers that it gave are kept all the same."""
    redrive_count: int = 0
    """The run of the execution that asked for the job."""


class OperatingPoint(msgspec.Struct, frozen=True, kw_only=True):
    """The score threshold with the highest F1, and what it gives."""

    threshold: float
    f1: float
    precision: float
    recall: float


class Evaluated(msgspec.Struct, frozen=True, kw_only=True):
    """The headline figures of an evaluation, and where the rest lies: result of Evaluate Model.

    A figure is None where there is nothing to measure it on.
    """

    held_out: Literal["validation", "test"]
    images: int
    """How many images the figures are of."""
    held_out_images: int
    missing_images: int
    """How many more were to be evaluated, but had no answer."""
    boxes: int
    unseen_classes: int
    """How many classes have no box in these images, and are in no mean."""
    ap: float | None
    """COCO's AP, the mean over IoU .50 to .95 and over classes."""
    ap50: float | None
    ap75: float | None
    ap_interval: tuple[float, float] | None
    """Within which the figure would lie for other images of the same kind, 95 of 100 times."""
    ap50_interval: tuple[float, float] | None
    best_f1: OperatingPoint | None
    incumbent: str | None
    """ARN of the approved version that was to be measured on the same images."""
    incumbent_ap: float | None
    incumbent_ap50: float | None
    not_compared: str | None
    """Why there are no figures of the incumbent; None where there are, or there is none."""
    document: str
    """S3 URI of all figures."""
    page: str | None
    """S3 URI of the page that people look at; None where it could not be made."""
    review_manifest: str | None
    """S3 URI of the images to look at again; None where nothing is wrong."""


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings say about a model's figures."""

    passed: bool
    failures: list[str]
    """What the model falls short of, each in one sentence."""
    not_judged: list[str] = []
    """What could not be judged, so that a person has to."""
