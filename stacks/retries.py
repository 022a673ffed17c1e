"""How often the workflow tries again, and how long one execution may take: numbers for Retry."""

import math

from lambdas.errors import ServiceUnavailable
from stacks.settings.fields import PipelineSettings

TRANSIENT_ERRORS = (
    ServiceUnavailable.__name__,
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Runtime.ExitError",
)
"""Failures of a call, not of what it was asked (Step Functions developer guide,
bp-lambda-serviceexception.html; Sandbox and Runtime are Lambda's own names for a function that
ran out of time or died)."""

TRANSIENT_ERRORS_OF_READING = tuple(
    error for error in TRANSIENT_ERRORS if error != "Sandbox.Timedout"
)
"""Of the steps that read a whole manifest or all answers, and are given the most time that Lambda
has: what is too large for one call is too large for the next, too."""

TRANSIENT_RETRIES = 12
TRANSIENT_FIRST_SECONDS = 2
TRANSIENT_LONGEST_SECONDS = 120
"""With full jitter an outage is outlasted that takes seven minutes on average, 14 at most."""

RETRIES_OF_A_BATCH = 2
"""Of images: with 90 seconds for each try they end before the five minutes of an Express execution
do. The function itself asks S3 eight times."""

MISSED_HEARTBEATS = ("States.HeartbeatTimeout", "States.Timeout")
"""A missed heartbeat arrives under either name (Step Functions developer guide,
connect-to-resource.html and concepts-error-handling.html)."""

LABELING_JOB_SECONDS = 60
"""How often a labeling job is asked whether it is done: it writes its manifest minutes before."""

ENDING_SECONDS = 3_600
"""How long a training job may download its image and write its model, besides running."""

OTHER_STEPS_SECONDS = 6 * 3_600
"""Validation at Lambda's 15 minutes with all its retries, twice over."""

IMAGE_CHECKS_SECONDS = 12 * 3_600
"""Looking at 100 million images, and Set Images Aside like a validation."""

MAX_HISTORY_EVENTS = 20_000
"""Step Functions ends an execution at 25,000 events (quotas); the rest is for redrives."""

EVENTS_OF_A_HEARTBEAT = 4
"""TaskScheduled, TaskStarted, TaskSubmitted, TaskTimedOut."""

EVENTS_OF_A_REFUSAL = 3
"""TaskScheduled, TaskStarted, TaskFailed."""

EVENTS_OF_AN_ATTEMPT = 60
"""Entering and leaving its three states, with some transient errors in each."""

ITEMS_AT_ONCE = 2
"""Transform jobs that an execution has side by side: those of the candidate and the incumbent. The
list of instance types goes on to the next where a quota allows only one instance of a type."""

YEAR_SECONDS = 365 * 86_400
"""No execution lives longer (Step Functions quotas)."""


def quota_retries(settings: PipelineSettings) -> int:
    """Return how often a training job that the quota forbids is asked for again."""
    return int(settings.quota_retry_hours * 3_600 / settings.quota_retry_interval_seconds)


def labeling_job_looks(settings: PipelineSettings) -> int:
    """Return how often a labeling job that is at work is looked at again."""
    return settings.labeling_job_wait_minutes * 60 // LABELING_JOB_SECONDS


def longest_training_job(settings: PipelineSettings) -> int:
    """Return how many seconds after its creation a training job has ended at the latest."""
    if settings.managed_spot_training:
        return settings.longest_spot_seconds + ENDING_SECONDS
    return settings.max_pending_seconds + settings.max_runtime_seconds + ENDING_SECONDS


def longest_transform_job(settings: PipelineSettings) -> int:
    """Return how many seconds after its creation a transform job has ended at the latest.

    That its time is over is seen at the next heartbeat.
    """
    return settings.max_transform_seconds + settings.heartbeat_seconds + ENDING_SECONDS


def transform_jobs(settings: PipelineSettings) -> int:
    """Return how many items Predict has at most: two models for each bucket of images.

    Without evaluation there are none.
    """
    return 0 if settings.evaluation == "off" else 2 * (1 + len(settings.image_buckets))


def heartbeats(settings: PipelineSettings, longest_seconds: int) -> int:
    """Return how many heartbeats may be missed before a job has ended that takes so long."""
    return math.ceil(longest_seconds / settings.heartbeat_seconds)


def transient_retries_of_start(settings: PipelineSettings) -> int:
    """Return how often a state that starts a job is tried again for faults that pass.

    A retrier counts over all tries of one visit of its state: as the state may wait for its quota
    for days, each of these tries may meet a fault of its own.
    """
    return TRANSIENT_RETRIES + quota_retries(settings)


def transient_retries_of_validation(settings: PipelineSettings) -> int:
    """Return how often Validate Manifest is, while it waits for a labeling job."""
    return TRANSIENT_RETRIES + labeling_job_looks(settings)


def transient_retries_of_waiting(settings: PipelineSettings, longest_seconds: int) -> int:
    """Return how often a state that awaits a job is, so that no fault that passes ever fails it.

    The delays double until they are as long as a heartbeat; with as many of that length as there
    are heartbeats, the tries together take longer than the longest job.
    """
    doubled = math.ceil(math.log2(settings.heartbeat_seconds / TRANSIENT_FIRST_SECONDS))
    return doubled + heartbeats(settings, longest_seconds)


def longest_execution(settings: PipelineSettings) -> int:
    """Return the seconds after which an execution that has not ended never will.

    Every attempt waits for its quota and then runs into its maximum runtime; capped at the year
    that Step Functions allows.
    """
    quota = settings.quota_retry_hours * 3_600
    pauses = settings.max_capacity_rounds * settings.capacity_pause_seconds
    training = settings.attempts * (quota + longest_training_job(settings)) + pauses
    rounds = math.ceil(transform_jobs(settings) / ITEMS_AT_ONCE)
    item = settings.transform_attempts * (quota + longest_transform_job(settings)) + pauses
    waiting = settings.labeling_job_wait_minutes * 60 + OTHER_STEPS_SECONDS
    if settings.image_checks != "off":
        waiting += IMAGE_CHECKS_SECONDS
    return min(YEAR_SECONDS, math.ceil(training + rounds * item + waiting))


def history_events(settings: PipelineSettings) -> int:
    """Return how many events an execution has whose jobs take longest, after a full quota wait.

    Every refusal may be followed by a fault that passes; while a job is awaited a fault takes the
    place of a heartbeat. Of transform jobs each may take longest, but what they wait for comes to
    all: for a quota and for capacity only those at once wait through.
    """
    items = transform_jobs(settings)
    at_once = min(items, ITEMS_AT_ONCE)
    missed = heartbeats(settings, longest_training_job(settings))
    missed += items * heartbeats(settings, longest_transform_job(settings))
    refusals = (1 + at_once) * quota_retries(settings) + labeling_job_looks(settings)
    attempts = settings.attempts + items + at_once * (settings.transform_attempts - 1)
    return (
        missed * EVENTS_OF_A_HEARTBEAT
        + 2 * refusals * EVENTS_OF_A_REFUSAL
        + attempts * EVENTS_OF_AN_ATTEMPT
    )
