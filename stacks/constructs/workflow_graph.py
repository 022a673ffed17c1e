"""The states of the workflow: its steps, one loop over instance types, and what each retries."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from lambdas.contract import State
from lambdas.errors import (
    CapacityUnavailable,
    FirstInternalServerError,
    LabelingJobInProgress,
    RedrivenJobEnded,
    ResourceLimitExceeded,
)
from stacks.constructs.check_images import CheckImages
from stacks.constructs.pipeline_function import PipelineFunction
from stacks.constructs.steps import Steps
from stacks.retries import (
    LABELING_JOB_SECONDS,
    MISSED_HEARTBEATS,
    RETRIES_OF_A_BATCH,
    TRANSIENT_ERRORS,
    TRANSIENT_ERRORS_OF_VALIDATION,
    TRANSIENT_FIRST_SECONDS,
    TRANSIENT_LONGEST_SECONDS,
    TRANSIENT_RETRIES,
    heartbeats,
    labeling_job_looks,
    quota_retries,
    transient_retries_of_start,
    transient_retries_of_validation,
    transient_retries_of_waiting,
)
from stacks.settings.fields import PipelineSettings

INPUT = "{% $states.input %}"
RESULT = "{% $states.result.Payload %}"
RETRY_COUNT = "{% $states.context.State.RetryCount %}"
EXECUTION = {
    "name": "{% $states.context.Execution.Name %}",
    "arn": "{% $states.context.Execution.Id %}",
}
REDRIVABLE_EXECUTION = EXECUTION | {
    "redrive_count": (
        "{% $exists($states.context.Execution.RedriveCount)"
        " ? $states.context.Execution.RedriveCount : 0 %}"
    )
}


class WorkflowGraph(Construct):
    """``first_state`` leads to all others; a failure stays in the state where it happens."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: PipelineSettings, steps: Steps
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.first_state = self._connected(steps)

    def _connected(self, steps: Steps) -> sfn.IChainable:
        validate = self._validate(steps.validate_manifest)
        start = self._start(steps.start_training_job)
        wait = self._await(steps.await_training_job)
        record = self._record(steps.record_model)
        next_instance_type = self._next_instance_type()
        next_instance_type.next(start)
        for state in (start, wait):
            state.add_catch(
                next_instance_type, errors=[CapacityUnavailable.__name__], outputs=INPUT
            )
        wait.add_catch(
            start,
            errors=[FirstInternalServerError.__name__],
            outputs=_input_with(
                attempt="$states.input.attempt + 1",
                internal_errors="$states.input.internal_errors + 1",
            ),
        )
        wait.add_catch(
            start,
            errors=[RedrivenJobEnded.__name__],
            outputs=_input_with(attempt="$states.input.attempt + 1", internal_errors="0"),
        )
        start.next(wait).next(record)
        if steps.images is None:
            return validate.next(start)
        check = self._check_images(steps.bucket, steps.images.check_images)
        return validate.next(check).next(self._set_aside(steps.images.set_images_aside)).next(start)

    def _validate(self, function: PipelineFunction) -> tasks.LambdaInvoke:
        validate = self._step(
            State.VALIDATE_MANIFEST,
            function,
            {
                "request": INPUT,
                "execution": "{% $states.context.Execution.Name %}",
            },
            outputs={"dataset": RESULT, "attempt": 0, "capacity_misses": 0, "internal_errors": 0},
        )
        validate.add_retry(
            errors=[LabelingJobInProgress.__name__],
            interval=Duration.seconds(LABELING_JOB_SECONDS),
            backoff_rate=1,
            max_attempts=labeling_job_looks(self._settings),
        )
        return _retrying_transient_errors(
            validate,
            transient_retries_of_validation(self._settings),
            errors=TRANSIENT_ERRORS_OF_VALIDATION,
        )

    def _check_images(self, bucket: s3.IBucket, function: PipelineFunction) -> CheckImages:
        check_batch = self._step(State.CHECK_BATCH, function, INPUT, outputs=RESULT)
        return CheckImages(
            self,
            settings=self._settings,
            bucket=bucket,
            check_batch=_retrying_transient_errors(check_batch, RETRIES_OF_A_BATCH),
        )

    def _set_aside(self, function: PipelineFunction) -> tasks.LambdaInvoke:
        set_aside = self._step(
            State.SET_IMAGES_ASIDE,
            function,
            {
                "dataset": "{% $states.input.dataset %}",
                "request": "{% $states.context.Execution.Input %}",
                "execution": EXECUTION["name"],
            },
            outputs=_input_with(dataset="$states.result.Payload"),
        )
        return _retrying_transient_errors(
            set_aside, TRANSIENT_RETRIES, errors=TRANSIENT_ERRORS_OF_VALIDATION
        )

    def _start(self, function: PipelineFunction) -> tasks.LambdaInvoke:
        settings = self._settings
        start = self._step(
            State.START_TRAINING_JOB,
            function,
            {
                "dataset": "{% $states.input.dataset %}",
                "attempt": "{% $states.input.attempt %}",
                "capacity_misses": "{% $states.input.capacity_misses %}",
                "internal_errors": "{% $states.input.internal_errors %}",
                "execution": REDRIVABLE_EXECUTION,
                "retry_count": RETRY_COUNT,
            },
            outputs=_input_with(training_job="$states.result.Payload"),
        )
        start.add_retry(
            errors=[ResourceLimitExceeded.__name__],
            interval=Duration.seconds(settings.quota_retry_interval_seconds),
            backoff_rate=1,
            max_attempts=quota_retries(settings),
        )
        return _retrying_transient_errors(
            start,
            transient_retries_of_start(settings),
            longest_seconds=max(TRANSIENT_LONGEST_SECONDS, settings.quota_retry_interval_seconds),
        )

    def _await(self, function: PipelineFunction) -> tasks.LambdaInvoke:
        settings = self._settings
        wait = self._step(
            State.AWAIT_TRAINING_JOB,
            function,
            {
                "training_job": "{% $states.input.training_job %}",
                "execution": REDRIVABLE_EXECUTION,
                "retry_count": RETRY_COUNT,
                "task_token": "{% $states.context.Task.Token %}",
            },
            outputs=_input_with(model="$states.result"),
            integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
            heartbeat_timeout=sfn.Timeout.duration(Duration.seconds(settings.heartbeat_seconds)),
        )
        # Nobody sends heartbeats: a missed one is the moment to look at the job once more, should
        # its event have been lost.
        wait.add_retry(
            errors=list(MISSED_HEARTBEATS),
            interval=Duration.seconds(1),
            backoff_rate=1,
            max_attempts=heartbeats(settings),
        )
        # Without jitter: the tries must add up to the time that the longest job may take.
        return _retrying_transient_errors(
            wait,
            transient_retries_of_waiting(settings),
            longest_seconds=settings.heartbeat_seconds,
            jitter=sfn.JitterType.NONE,
        )

    def _next_instance_type(self) -> sfn.Wait:
        types, pause = len(self._settings.instance_types), self._settings.capacity_pause_seconds
        return sfn.Wait.jsonata(
            self,
            str(State.NEXT_INSTANCE_TYPE),
            comment="Goes on at once, or after a pause when every instance type has been tried",
            time=sfn.WaitTime.seconds(
                f"{{% ($states.input.capacity_misses + 1) % {types} = 0 ? {pause} : 0 %}}"
            ),
            outputs=_input_with(
                attempt="$states.input.attempt + 1",
                capacity_misses="$states.input.capacity_misses + 1",
            ),
        )

    def _record(self, function: PipelineFunction) -> tasks.LambdaInvoke:
        record = self._step(
            State.RECORD_MODEL,
            function,
            {
                "dataset": "{% $states.input.dataset %}",
                "training_job": "{% $states.input.training_job %}",
                "execution": EXECUTION,
            },
            outputs=RESULT,
        )
        return _retrying_transient_errors(record, TRANSIENT_RETRIES)

    def _step(
        self,
        state: State,
        function: PipelineFunction,
        payload: Mapping[str, Any] | str,
        outputs: str | Mapping[str, Any],
        **properties: Any,
    ) -> tasks.LambdaInvoke:
        """Return a state of that name that invokes a function; how it is retried comes later."""
        return tasks.LambdaInvoke.jsonata(
            self,
            str(state),
            lambda_function=function,
            payload=sfn.TaskInput.from_text(payload)
            if isinstance(payload, str)
            else sfn.TaskInput.from_object(payload),
            outputs=outputs,
            retry_on_service_exceptions=False,
            **properties,
        )


def _input_with(**expressions: str) -> str:
    """Return the state's input with some fields set anew.

    What later states need travels in their input, where a person sees it in the console and a
    redrive finds it: it runs the failed state with the same input (Step Functions developer guide,
    redrive-executions.html).
    """
    fields = ", ".join(f"'{name}': {expression}" for name, expression in expressions.items())
    return f"{{% $merge([$states.input, {{{fields}}}]) %}}"


def _retrying_transient_errors(
    step: tasks.LambdaInvoke,
    retries: int,
    *,
    errors: Sequence[str] = TRANSIENT_ERRORS,
    longest_seconds: int = TRANSIENT_LONGEST_SECONDS,
    jitter: sfn.JitterType = sfn.JitterType.FULL,
) -> tasks.LambdaInvoke:
    step.add_retry(
        errors=list(errors),
        interval=Duration.seconds(TRANSIENT_FIRST_SECONDS),
        backoff_rate=2,
        max_attempts=retries,
        max_delay=Duration.seconds(longest_seconds),
        jitter_strategy=jitter,
    )
    return step
