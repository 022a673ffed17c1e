"""How the embedded Step Functions invokes a function: with the permission of its role."""

from __future__ import annotations

import json
import uuid
from typing import Any

from local.aws.repairs.authorization import Authorizer, denial, service_may_assume, session_arn
from local.aws.repairs.history import json_text
from local.aws.repairs.patching import Patches, ministack
from local.aws.repairs.running_execution import Execution, current_execution


class TaskInvocation:
    """Repairs of invocations.

    - The state machine's role must be assumable by Step Functions and allow the invocation.
    - A function that does not exist, or fails, fails the task with the cause that AWS gives.
    """

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    def install(self, patches: Patches) -> None:
        """Put the repairs in place."""
        patches.wrap(ministack("services.stepfunctions"), "_call_lambda", self._invoke)

    def _invoke(self, original: Any, reference: str, event: Any) -> Any:
        service = ministack("services.stepfunctions")
        function, config, name = ministack("services.lambda_svc")._get_func_record_for_ref(
            reference
        )
        arn = reference if ":" in reference else (config or {}).get("FunctionArn", name)
        self._check_permission(arn)
        if not function:
            raise service._ExecutionError("Lambda.ResourceNotFoundException", _not_found(arn))
        try:
            return original(reference, event)
        except service._ExecutionError as error:
            error.cause = json_text(json.loads(error.cause))
            raise

    def _check_permission(self, function: str) -> None:
        execution = current_execution()
        role, session = assumable_role(execution), execution.record["name"]
        if not self._authorizer.role_allows(role, session, "lambda:InvokeFunction", function):
            refused = denial(session_arn(role, session), "lambda:InvokeFunction", function)
            raise ministack("services.stepfunctions")._ExecutionError(
                "Lambda.AWSLambdaException", f"{refused} (Service: Lambda, Status Code: 403)"
            )


def assumable_role(execution: Execution) -> str:
    """Return the ARN of the role that an execution has.

    Raises:
        _ExecutionError: the role does not let Step Functions assume it.
    """
    service = ministack("services.stepfunctions")
    role: str = service._state_machines[execution.state_machine]["roleArn"]
    if not service_may_assume("states.amazonaws.com", role, execution.state_machine):
        raise service._ExecutionError(
            "States.Runtime", f"Step Functions cannot assume the state machine's role {role}"
        )
    return role


def _not_found(function: str) -> str:
    """Word what LocalStack's snapshot ``test_no_such_function`` recorded (2025-11-25)."""
    return (
        f"Function not found: {function}:$LATEST (Service: AWSLambda; Status Code: 404; Error "
        f"Code: ResourceNotFoundException; Request ID: {uuid.uuid4()}; Proxy: null)"
    )
