"""What the description of a transform job says about how it ended and what it is billed for."""

from lambdas import errors
from lambdas.jobs.console import log_url
from lambdas.jobs.description import Description
from lambdas.jobs.verdict import Completed, Failed, Verdict
from lambdas.messages.job import Bill, Job

LOG_GROUP = "/aws/sagemaker/TransformJobs"
"""Where SageMaker writes what transform jobs print, and why it got no answer for an object."""

CAPACITY = ("CapacityError", "InsufficientCapacity")

MAX_REASON = 1_000
"""More than FailureReason may have; it travels through the state machine's data."""


def bill(description: Description) -> Bill:
    """Return what SageMaker bills for a transform job.

    "You are billed for the time interval between" TransformStartTime and TransformEndTime, times
    the instances (API reference, DescribeTransformJob); there is no member with the seconds.
    """
    response, resources = description.response, description.response["TransformResources"]
    seconds = 0
    if "TransformStartTime" in response and description.ended_at is not None:
        seconds = round((description.ended_at - response["TransformStartTime"]).total_seconds())
    return Bill(
        job=description.name,
        instance_type=resources["InstanceType"],
        instance_count=resources["InstanceCount"],
        billable_seconds=seconds,
        training_seconds=seconds,
    )


def judge(description: Description, job: Job) -> Verdict | None:
    """Return how a transform job ended; None while it has not.

    One object without an answer is enough for ``Failed``, and the answers to all others are kept
    (SageMaker developer guide, batch-transform.html): whoever reads them judges how many are
    missing. Only a failure that says nothing of the images fails the wait.
    """
    if description.status == "Completed":
        return Completed(_result(description, None))
    if description.status == "Failed":
        return _failed(description)
    if description.status == "Stopped":
        return _stopped(description, job)
    return None


def _failed(description: Description) -> Verdict:
    reason = description.response.get("FailureReason", "SageMaker gave no reason.").rstrip()
    cause = _cause(description, f"failed: {reason}")
    if reason.startswith(CAPACITY):
        return Failed(errors.CapacityUnavailable, cause)
    if reason.startswith("InternalServerError"):
        return Failed(errors.TransformInternalServerError, cause, may_pass=True)
    return Completed(_result(description, f"{reason[:MAX_REASON]}\nLog: {_log(description)}"))


def _stopped(description: Description, job: Job) -> Failed:
    """Tell a job that ran for too long from one that somebody stopped.

    SageMaker stops no transform job by itself.
    """
    ended = description.ended_at
    if job.max_seconds is not None and ended and description.has_lasted(job.max_seconds, ended):
        return Failed(
            errors.TransformTimedOut,
            _cause(
                description,
                f"was stopped: it had not ended {job.max_seconds} seconds after its creation. "
                "Raise max_transform_seconds, evaluate fewer images (max_evaluation_images) or "
                "name faster instances in transform_instance_types.",
            ),
        )
    return Failed(
        errors.TransformJobStopped, _cause(description, "was stopped: somebody stopped it by hand.")
    )


def _result(description: Description, failure: str | None) -> dict[str, str | None]:
    return {
        "transform_job": description.name,
        "status": description.status,
        "failure": failure,
    }


def _cause(description: Description, what: str) -> str:
    return (
        f"Transform job {description.name} {what}\n"
        f"Billed: {bill(description)}.\n"
        f"Log: {_log(description)}"
    )


def _log(description: Description) -> str:
    return log_url(description.arn, LOG_GROUP)
