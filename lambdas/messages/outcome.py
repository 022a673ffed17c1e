"""What an execution leaves behind: its output, and a file in the bucket."""

import msgspec

from lambdas.messages.evaluation import Evaluated, Gate
from lambdas.messages.job import Bill


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an execution leaves behind that has trained a model, and its output.

    The last four are of what follows Record Model, None until then and where nothing does.
    """

    model_artifact: str
    """S3 URI of the ``model.tar.gz`` that SageMaker wrote."""
    training_job: str
    instance_type: str
    instance_count: int
    bills: list[Bill]
    """Of every job of the execution: the training jobs, the one with the model last, and then those
    that ran it."""
    billable_instance_seconds: int
    """The sum of what is paid for."""
    spot_saving: float
    """The share of the last training job that spot capacity saved."""
    metrics: dict[str, float]
    """The last value of each metric, as SageMaker reported it."""
    manifest: str
    version_id: str
    label_attribute: str
    records: dict[str, int]
    boxes: int
    classes: list[str]
    split: dict[str, int]
    hyperparameters: dict[str, str]
    report: str
    report_page: str
    execution: str
    evaluation: Evaluated | None = None
    gate: Gate | None = None
    model_package: str | None = None
    """ARN of the version in the model registry."""
    approval: str | None = None
    """Its ModelApprovalStatus."""
