"""The interpreter, where moto's copy cannot run our state machine; its rules are left as they are.

- JSONata: moto ships the interpreter without the engine that LocalStack runs it with.
- Lambda: moto's functions run in Docker, or echo their payload; here the handlers are called.
- Time: seconds would be slept through. A retrier's interval and a Wait state pass at once and are
  kept; a heartbeat is missed, and TimeoutSeconds are over, when a scenario says so.
- An aborted execution ends when its task ends, as FAILED; Step Functions ends it at once, as
  ABORTED. So does one that has timed out.
- Status is set before output and cause, so that DescribeExecution can miss them.
- The definition is parsed anew for each execution, which takes longer than the execution.
"""

import functools
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped, ProgramTimedOut
from moto.stepfunctions.parser.asl.jsonata import jsonata
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from tests.second_interpreter.deployed import ACCOUNT, REGION
from tests.second_interpreter.functions import Functions
from tests.second_interpreter.reference_jsonata import JsonataError, ReferenceJsonata

_LOOK_SECONDS = 0.01
_parse_once = functools.cache(AmazonStateLanguageParser.parse)


class Interpreter:
    """What the interpreter of all executions has done besides what the API tells."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        """Seconds of every retrier's interval and Wait state, in order."""
        self.ended: set[str] = set()
        """ARNs of the executions that have ended, with all that DescribeExecution says."""

    def time_out(self, execution_arn: str) -> None:
        """Let the TimeoutSeconds of an execution be over."""
        execution = stepfunctions_parser_backends[ACCOUNT][REGION].describe_execution(execution_arn)
        execution.exec_worker.env.set_timed_out()


def add_to_interpreter(
    patch: pytest.MonkeyPatch,
    interpreter: Interpreter,
    functions: Functions,
    reference: ReferenceJsonata,
) -> None:
    """Give the interpreter its expressions, functions and time."""

    def evaluate(expression: str) -> Any:
        try:
            return reference.evaluate(expression)
        except JsonataError as error:
            raise jsonata.JSONataException("UNKNOWN", str(error)) from error

    def invoke(parameters: dict[str, Any], **_: Any) -> dict[str, Any]:
        module = parameters["FunctionName"].rpartition(":")[2]
        return functions.invoke(module, parameters["Payload"])

    def pass_at_once(_wait: Any, env: Any, wait_seconds: float) -> None:
        interpreter.pauses.append(wait_seconds)

    terminated = BaseExecutionWorkerCommunication.terminated

    def terminated_and_told(communication: Any) -> None:
        terminated(communication)
        interpreter.ended.add(communication.execution.exec_arn)

    patch.setattr(jsonata, "_eval_jsonata", evaluate)
    patch.setattr(lambda_eval_utils, "_invoke_lambda_function", invoke)
    patch.setattr(retrier_decl, "time", SimpleNamespace(sleep=interpreter.pauses.append))
    patch.setattr(WaitFunction, "_wait_interval", pass_at_once)
    patch.setattr(AmazonStateLanguageParser, "parse", _parse_once)
    patch.setattr(Program, "eval", _run)
    patch.setattr(BaseExecutionWorkerCommunication, "terminated", terminated_and_told)


def _run(program: Any, env: Any) -> None:
    """Run a state machine in its thread, until it ends or is told to end."""
    env.next_state_name = program.start_at.start_at_name
    worker = threading.Thread(target=EvalComponent.eval, args=(program, env), daemon=True)
    worker.start()
    while worker.is_alive() and not isinstance(
        env.program_state(), ProgramStopped | ProgramTimedOut
    ):
        worker.join(_LOOK_SECONDS)
