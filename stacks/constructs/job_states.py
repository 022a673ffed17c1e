"""The states around any SageMaker job: start it, await it, go on with the next instance type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from lambdas.contract import State
from lambdas.errors import (
    CapacityUnavailable,
    FirstInternalServerError,
    RedrivenJobEnded,
    ResourceLimitExceeded,
)
from stacks.constructs.pipeline_function import PipelineFunction
from stacks.constructs.states import (
    EXECUTION,
    INPUT,
    RETRY_COUNT,
    fields_of_input,
    input_with,
    retrying_transient_errors,
    step,
)
from stacks.retries import (
    MISSED_HEARTBEATS,
    TRANSIENT_LONGEST_SECONDS,
    heartbeats,
    quota_retries,
    transient_retries_of_start,
    transient_retries_of_waiting,
)
from stacks.settings.fields import PipelineSettings

NO_TRIES = {"attempt": 0, "capacity_misses": 0, "internal_errors": 0}
"""What Start counts on from, in the input of the first try."""


@dataclass(frozen=True, slots=True)
class JobSteps:
    """What one kind of job makes of the states: names, functions, and what passes through them."""

    start: State
    wait: State
    next_instance_type: State
    start_function: PipelineFunction
    wait_function: PipelineFunction
    subject: str
    """The field of the input that says what the job is about."""
    job: str
    """The field under which the job is handed on."""
    outputs: str | Mapping[str, Any]
    """What is handed on once the job has ended."""
    instance_types: Sequence[str]
    longest_seconds: int
    """How long after its creation a job has ended at the latest."""


class JobStates(Construct):
    """``start`` leads to ``wait``, and back to itself for as long as another job is due."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: PipelineSettings, steps: JobSteps
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._steps = steps
        self.start = self._start()
        self.wait = self._wait()
        self._connect(self._next_instance_type())

    def _connect(self, next_instance_type: sfn.Wait) -> None:
        self.start.next(self.wait)
        next_instance_type.next(self.start)
        for state in (self.start, self.wait):
            state.add_catch(
                next_instance_type, errors=[CapacityUnavailable.__name__], outputs=INPUT
            )
        self.wait.add_catch(
            self.start,
            errors=[FirstInternalServerError.__name__],
            outputs=input_with(
                attempt="$states.input.attempt + 1",
                internal_errors="$states.input.internal_errors + 1",
            ),
        )
        self.wait.add_catch(
            self.start,
            errors=[RedrivenJobEnded.__name__],
            outputs=input_with(attempt="$states.input.attempt + 1", internal_errors="0"),
        )

    def _start(self) -> tasks.LambdaInvoke:
        settings, steps = self._settings, self._steps
        start = step(
            self,
            steps.start,
            steps.start_function,
            {
                **fields_of_input(steps.subject, *NO_TRIES),
                "execution": EXECUTION,
                "retry_count": RETRY_COUNT,
            },
            outputs=input_with(**{steps.job: "$states.result.Payload"}),
        )
        start.add_retry(
            errors=[ResourceLimitExceeded.__name__],
            interval=Duration.seconds(settings.quota_retry_interval_seconds),
            backoff_rate=1,
            max_attempts=quota_retries(settings),
        )
        return retrying_transient_errors(
            start,
            transient_retries_of_start(settings),
            longest_seconds=max(TRANSIENT_LONGEST_SECONDS, settings.quota_retry_interval_seconds),
        )

    def _wait(self) -> tasks.LambdaInvoke:
        settings, steps = self._settings, self._steps
        wait = step(
            self,
            steps.wait,
            steps.wait_function,
            {
                **fields_of_input(steps.job),
                "execution": EXECUTION,
                "retry_count": RETRY_COUNT,
                "task_token": "{% $states.context.Task.Token %}",
            },
            outputs=steps.outputs,
            integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
            heartbeat_timeout=sfn.Timeout.duration(Duration.seconds(settings.heartbeat_seconds)),
        )
        # Nobody sends heartbeats: a missed one is the moment to look at the job once more, should
        # its event have been lost, or its time be over.
        wait.add_retry(
            errors=list(MISSED_HEARTBEATS),
            interval=Duration.seconds(1),
            backoff_rate=1,
            max_attempts=heartbeats(settings, steps.longest_seconds),
        )
        # Without jitter: the tries must add up to the time that the longest job may take.
        return retrying_transient_errors(
            wait,
            transient_retries_of_waiting(settings, steps.longest_seconds),
            longest_seconds=settings.heartbeat_seconds,
            jitter=sfn.JitterType.NONE,
        )

    def _next_instance_type(self) -> sfn.Wait:
        types, pause = len(self._steps.instance_types), self._settings.capacity_pause_seconds
        return sfn.Wait.jsonata(
            self,
            str(self._steps.next_instance_type),
            comment="Goes on at once, or after a pause when every instance type has been tried",
            time=sfn.WaitTime.seconds(
                f"{{% ($states.input.capacity_misses + 1) % {types} = 0 ? {pause} : 0 %}}"
            ),
            outputs=input_with(
                attempt="$states.input.attempt + 1",
                capacity_misses="$states.input.capacity_misses + 1",
            ),
        )
