"""How often the workflow tries again, and how long one execution may take: numbers for Retry."""

import math

from lambdas.errors import ServiceUnavailable
from stacks.config import PipelineConfig
from stacks.parsing import CONTEXT_KEY, ConfigError

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

TRANSIENT_ERRORS_OF_VALIDATION = tuple(
    error for error in TRANSIENT_ERRORS if error != "Sandbox.Timedout"
)
"""A manifest that is too large for one call is too large for the next, too."""

TRANSIENT_RETRIES = 8
TRANSIENT_FIRST_SECONDS = 2
TRANSIENT_LONGEST_SECONDS = 120

MISSED_HEARTBEATS = ("States.HeartbeatTimeout", "States.Timeout")
"""A missed heartbeat arrives under either name (Step Functions developer guide,
connect-to-resource.html and concepts-error-handling.html)."""

LABELING_JOB_SECONDS = 60
"""How often a labeling job is asked whether it is done: it writes its manifest minutes before."""

PENDING_SECONDS = 86_400
"""How long a training job may wait for its instances and write its model, besides running."""

OTHER_STEPS_SECONDS = 6 * 3_600
"""Validation at Lambda's 15 minutes with all its retries, twice over."""

MAX_HISTORY_EVENTS = 20_000
"""Step Functions ends an execution at 25,000 events (quotas); the rest is for redrives."""

EVENTS_OF_A_HEARTBEAT = 4
"""TaskScheduled, TaskStarted, TaskSubmitted, TaskTimedOut."""

EVENTS_OF_A_REFUSAL = 3
"""TaskScheduled, TaskStarted, TaskFailed."""

EVENTS_OF_AN_ATTEMPT = 60
"""Entering and leaving its three states, with all their transient errors."""

YEAR_SECONDS = 365 * 86_400
"""No execution lives longer (Step Functions quotas)."""


def quota_retries(config: PipelineConfig) -> int:
    """Return how often a training job that the quota forbids is asked for again."""
    return int(config.quota_retry_hours * 3_600 / config.quota_retry_interval_seconds)


def labeling_job_looks(config: PipelineConfig) -> int:
    """Return how often a labeling job that is at work is looked at again."""
    return config.labeling_job_wait_minutes * 60 // LABELING_JOB_SECONDS


def longest_training_job(config: PipelineConfig) -> int:
    """Return how many seconds after its creation a training job has ended at the latest."""
    running = config.max_runtime_seconds
    if config.managed_spot_training:
        running = max(running, config.max_wait_seconds)
    return running + PENDING_SECONDS


def heartbeats(config: PipelineConfig) -> int:
    """Return how many heartbeats may be missed before the longest training job has ended."""
    return math.ceil(longest_training_job(config) / config.heartbeat_seconds)


def longest_execution(config: PipelineConfig) -> int:
    """Return the seconds after which an execution that has not ended never will.

    Every attempt waits for its quota and then runs into its maximum runtime; capped at the year
    that Step Functions allows.
    """
    attempt = config.quota_retry_hours * 3_600 + longest_training_job(config)
    pauses = config.max_capacity_rounds * config.capacity_pause_seconds
    waiting = config.labeling_job_wait_minutes * 60 + pauses + OTHER_STEPS_SECONDS
    return min(YEAR_SECONDS, math.ceil(config.attempts * attempt + waiting))


def history_events(config: PipelineConfig) -> int:
    """Return how many events an execution has whose job takes longest, after a full quota wait."""
    return (
        heartbeats(config) * EVENTS_OF_A_HEARTBEAT
        + (quota_retries(config) + labeling_job_looks(config)) * EVENTS_OF_A_REFUSAL
        + config.attempts * EVENTS_OF_AN_ATTEMPT
    )


def refuse_endless_history(config: PipelineConfig) -> None:
    """Raise ``ConfigError`` where waiting alone would fill the history of an execution."""
    events = history_events(config)
    if events > MAX_HISTORY_EVENTS:
        raise ConfigError(
            f"{CONTEXT_KEY}.heartbeat_seconds = {config.heartbeat_seconds} and"
            f" {CONTEXT_KEY}.quota_retry_interval_seconds ="
            f" {config.quota_retry_interval_seconds}: an execution could take {events} events,"
            f" must be long enough for at most {MAX_HISTORY_EVENTS}"
        )
