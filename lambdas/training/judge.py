"""What the description of a training job says about how it ended and what it is billed for."""

from collections.abc import Mapping
from typing import Any

from lambdas import errors
from lambdas.jobs.console import log_url
from lambdas.jobs.description import Description
from lambdas.jobs.verdict import Completed, Failed, Verdict
from lambdas.messages.job import Bill, Job
from lambdas.training.advice import advice

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
"""Where SageMaker writes what training jobs print."""

PIPE_TIMEOUT = "pipe channel timed out"
"""An ``InternalServerError`` that is due to the images, and that the same job would meet again
(aws/amazon-sagemaker-examples, issue 1097)."""

MAX_CAUSE = 32_000
"""SendTaskFailure takes a cause of at most 32,768 characters."""

_FAILURE_KINDS: tuple[tuple[str, type[errors.PipelineError] | type[errors.Signal]], ...] = (
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


def bill(description: Description) -> Bill:
    """Return what SageMaker bills for a training job.

    A job that failed early has neither time: it is not billed.
    """
    response, resources = description.response, description.response["ResourceConfig"]
    return Bill(
        job=description.name,
        instance_type=resources["InstanceType"],
        instance_count=resources["InstanceCount"],
        billable_seconds=response.get("BillableTimeInSeconds", 0),
        training_seconds=response.get("TrainingTimeInSeconds", 0),
    )


def judge(description: Description, _job: Job) -> Verdict | None:
    """Return how a training job ended; None while it has not.

    ``Stopped`` has three meanings, told apart by ``SecondaryStatus``: hitting the maximum runtime
    or wait time is ``Stopped`` too, not ``Failed`` (API_DescribeTrainingJob).
    """
    if description.status == "Completed":
        return Completed(_result(description))
    if description.status == "Failed":
        return _failed(description)
    if description.status == "Stopped":
        return _stopped(description)
    return None


def _result(description: Description) -> dict[str, Any]:
    return {
        "training_job": description.name,
        "status": description.status,
        "model_artifact": model_artifact(description),
    }


def model_artifact(description: Description) -> str:
    """Return the S3 URI of the model, or an empty string where the job wrote none."""
    uri: str = description.response.get("ModelArtifacts", {}).get("S3ModelArtifacts", "")
    return uri


def _failed(description: Description) -> Failed:
    reason = description.response.get("FailureReason", "SageMaker gave no reason.")
    error = next(
        (error for prefix, error in _FAILURE_KINDS if reason.startswith(prefix)),
        errors.TrainingJobFailed,
    )
    hint = advice(reason)
    cause = _cause(description, f"failed: {reason.rstrip()}" + (f"\n{hint}" if hint else ""))
    is_internal = error is errors.TrainingInternalServerError
    return Failed(error, cause, may_pass=is_internal and PIPE_TIMEOUT not in reason)


def _stopped(description: Description) -> Failed:
    if _found_no_instance(description.response):
        why = "it found no instance within max_pending_seconds"
        return Failed(errors.CapacityUnavailable, _cause(description, f"was stopped: {why}."))
    secondary_status = description.response.get("SecondaryStatus", "")
    error, why = _STOPS.get(secondary_status, _STOPPED_BY_HAND)
    model = model_artifact(description)
    kept = f" A model of the epochs that were done lies at {model}." if model else ""
    return Failed(error, _cause(description, f"was stopped: {why}.{kept}"))


def _found_no_instance(response: Mapping[str, Any]) -> bool:
    """Tell whether a job was stopped for ``MaxPendingTimeInSeconds``, by the times it reports.

    The API reference names no status of its own for such a job.
    """
    longest = response.get("StoppingCondition", {}).get("MaxPendingTimeInSeconds")
    if longest is None or "TrainingStartTime" in response or "TrainingEndTime" not in response:
        return False
    waited = response["TrainingEndTime"] - response["CreationTime"]
    return bool(waited.total_seconds() >= longest)


def _cause(description: Description, what: str) -> str:
    return (
        f"Training job {description.name} {what[:MAX_CAUSE]}\n"
        f"Billed: {bill(description)}.\n"
        f"Log: {log_url(description.arn, LOG_GROUP)}"
    )
