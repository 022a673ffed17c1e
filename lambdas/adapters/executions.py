"""The state machine's executions, as the protocols need them."""

from collections.abc import Mapping
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import code, transient_faults_named
from lambdas.jobs.runs import FORGOTTEN, Runs

_SETTLED = ("TaskTimedOut", "TaskDoesNotExist")
"""The token has expired, or its task has been answered, retried or aborted."""

_UNDER_WAY = ("RUNNING", "PENDING_REDRIVE")


class StepFunctionsExecutions:
    """Implements ``lambdas.jobs.ports.Executions``."""

    def succeed(self, task_token: str, output: Mapping[str, Any]) -> bool:
        """Answer a waiting task; False where it has been settled before."""
        with transient_faults_named():
            try:
                clients.stepfunctions().send_task_success(
                    taskToken=task_token, output=msgspec.json.encode(output).decode()
                )
            except ClientError as error:
                return _settled_before(error)
        return True

    def fail(self, task_token: str, error: str, cause: str) -> bool:
        """Fail a waiting task; False where it has been settled before."""
        with transient_faults_named():
            try:
                clients.stepfunctions().send_task_failure(
                    taskToken=task_token, error=error, cause=cause
                )
            except ClientError as refusal:
                return _settled_before(refusal)
        return True

    def runs(self, execution_arn: str) -> Runs:
        """Return how far an execution has come; ``FORGOTTEN`` where there is none."""
        try:
            description = self.describe(execution_arn)
        except ClientError as error:
            if code(error) != "ExecutionDoesNotExist":
                raise
            return FORGOTTEN
        return Runs(description.get("redriveCount", 0), is_under_way(description))

    def describe(self, execution_arn: str) -> Mapping[str, Any]:
        """Return the DescribeExecution response."""
        with transient_faults_named():
            return dict(clients.stepfunctions().describe_execution(executionArn=execution_arn))

    def start(self, state_machine_arn: str, name: str, execution_input: bytes) -> bool:
        """Start an execution; False where one of this name has been started before."""
        with transient_faults_named():
            try:
                clients.stepfunctions().start_execution(
                    stateMachineArn=state_machine_arn, name=name, input=execution_input.decode()
                )
            except ClientError as error:
                if code(error) != "ExecutionAlreadyExists":
                    raise
                return False
        return True


def is_under_way(description: Mapping[str, Any]) -> bool:
    """Tell from a DescribeExecution response whether the execution has not ended."""
    return description["status"] in _UNDER_WAY


def _settled_before(error: ClientError) -> bool:
    if code(error) not in _SETTLED:
        raise error
    return False
