"""What the states of the workflow have in common: how they call, and what they hand on."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from lambdas.contract import State
from stacks.constructs.pipeline_function import PipelineFunction
from stacks.retries import (
    TRANSIENT_ERRORS,
    TRANSIENT_FIRST_SECONDS,
    TRANSIENT_LONGEST_SECONDS,
    TRANSIENT_RETRIES,
)

INPUT = "{% $states.input %}"
RESULT = "{% $states.result.Payload %}"
RETRY_COUNT = "{% $states.context.State.RetryCount %}"
EXECUTION = {
    "name": "{% $states.context.Execution.Name %}",
    "arn": "{% $states.context.Execution.Id %}",
    "redrive_count": (
        "{% $exists($states.context.Execution.RedriveCount)"
        " ? $states.context.Execution.RedriveCount : 0 %}"
    ),
}


def fields_of_input(*names: str) -> dict[str, str]:
    """Return the payload that has these fields of the state's input."""
    return {name: f"{{% $states.input.{name} %}}" for name in names}


def input_with(**expressions: str) -> str:
    """Return the state's input with some fields set anew.

    What later states need travels in their input, where a person sees it in the console and a
    redrive finds it: it runs the failed state with the same input (Step Functions developer guide,
    redrive-executions.html).
    """
    fields = ", ".join(f"'{name}': {expression}" for name, expression in expressions.items())
    return f"{{% $merge([$states.input, {{{fields}}}]) %}}"


def step(
    scope: Construct,
    state: State,
    function: PipelineFunction,
    payload: Mapping[str, Any] | str,
    outputs: str | Mapping[str, Any],
    **properties: Any,
) -> tasks.LambdaInvoke:
    """Return a state of that name that invokes a function; how it is retried comes later."""
    return tasks.LambdaInvoke.jsonata(
        scope,
        str(state),
        lambda_function=function,
        payload=sfn.TaskInput.from_text(payload)
        if isinstance(payload, str)
        else sfn.TaskInput.from_object(payload),
        outputs=outputs,
        retry_on_service_exceptions=False,
        **properties,
    )


def retrying_transient_errors(
    state: tasks.LambdaInvoke,
    retries: int,
    *,
    errors: Sequence[str] = TRANSIENT_ERRORS,
    longest_seconds: int = TRANSIENT_LONGEST_SECONDS,
    jitter: sfn.JitterType = sfn.JitterType.FULL,
) -> tasks.LambdaInvoke:
    """Let a state be tried again after failures of a call, not of what it was asked."""
    state.add_retry(
        errors=list(errors),
        interval=Duration.seconds(TRANSIENT_FIRST_SECONDS),
        backoff_rate=2,
        max_attempts=retries,
        max_delay=Duration.seconds(longest_seconds),
        jitter_strategy=jitter,
    )
    return state


def step_with_fields(
    scope: Construct,
    state: State,
    function: PipelineFunction,
    *fields: str,
    outputs: str,
    errors: Sequence[str] = TRANSIENT_ERRORS,
) -> tasks.LambdaInvoke:
    """Return a state whose function gets fields of the input and the execution; it is retried."""
    return retrying_transient_errors(
        step(
            scope,
            state,
            function,
            {**fields_of_input(*fields), "execution": EXECUTION},
            outputs=outputs,
        ),
        TRANSIENT_RETRIES,
        errors=errors,
    )
