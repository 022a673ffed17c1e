"""What a training job's description says about how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas import errors
from lambdas.training.billing import bill
from lambdas.training.console import training_log_url
from lambdas.training.diagnosis import advice

MAX_CAUSE = 32_000
"""SendTaskFailure takes a cause of at most 32,768 characters."""


@dataclass(frozen=True, slots=True)
class Completed:
    """The training job completed; ``result`` answers the waiting step."""

    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """The training job ended without the model that was asked for."""

    error: type[errors.PipelineError]
    cause: str


Verdict = Completed | Ended

_FAILURE_KINDS: tuple[tuple[str, type[errors.PipelineError]], ...] = (
    ("CapacityError", errors.CapacityUnavailable),
    ("InsufficientCapacity", errors.CapacityUnavailable),
    ("ClientError", errors.TrainingClientError),
    ("AlgorithmError", errors.TrainingAlgorithmError),
    ("InternalServerError", errors.TrainingInternalServerError),
)

_STOPS: Mapping[str, tuple[type[errors.PipelineError], str]] = {
    "MaxRuntimeExceeded": (
        errors.MaxRuntimeExceeded,
        "it ran into its maximum runtime. Raise max_runtime_seconds or lower epochs",
    ),
    "MaxWaitTimeExceeded": (
        errors.MaxWaitTimeExceeded,
        "it waited for spot capacity for longer than allowed. Raise the limit or train on demand",
    ),
}
_STOPPED_BY_HAND = (errors.TrainingJobStopped, "somebody stopped it by hand")


def verdict(description: Mapping[str, Any]) -> Verdict | None:
    """Judge a DescribeTrainingJob response; None while the job has not ended.

    ``Stopped`` has three meanings, told apart by ``SecondaryStatus``: hitting the maximum runtime
    or wait time is ``Stopped`` too, not ``Failed`` (API_DescribeTrainingJob).
    """
    status = description["TrainingJobStatus"]
    if status == "Completed":
        return Completed(_result(description))
    if status == "Failed":
        return _failed(description)
    if status == "Stopped":
        return _stopped(description)
    return None


def _result(description: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "training_job": description["TrainingJobName"],
        "status": description["TrainingJobStatus"],
        "model_artifact": model_artifact(description),
    }


def model_artifact(description: Mapping[str, Any]) -> str:
    """Return the S3 URI of the model, or an empty string where the job wrote none."""
    uri: str = description.get("ModelArtifacts", {}).get("S3ModelArtifacts", "")
    return uri


def _failed(description: Mapping[str, Any]) -> Ended:
    reason = description.get("FailureReason", "SageMaker gave no reason.")
    kind = next(
        (error for prefix, error in _FAILURE_KINDS if reason.startswith(prefix)),
        errors.TrainingJobFailed,
    )
    hint = advice(reason)
    return _ended(description, kind, f"failed: {reason.rstrip()}" + (f"\n{hint}" if hint else ""))


def _stopped(description: Mapping[str, Any]) -> Ended:
    error, why = _STOPS.get(description.get("SecondaryStatus", ""), _STOPPED_BY_HAND)
    model = model_artifact(description)
    kept = f" A model of the epochs that were done lies at {model}." if model else ""
    return _ended(description, error, f"was stopped: {why}.{kept}")


def _ended(description: Mapping[str, Any], error: type[errors.PipelineError], what: str) -> Ended:
    cause = (
        f"Training job {description['TrainingJobName']} {what[:MAX_CAUSE]}\n"
        f"Billed: {bill(description)}.\n"
        f"Log: {training_log_url(description['TrainingJobArn'])}"
    )
    return Ended(error, cause)
