"""Executions of the embedded Step Functions: starting, failing, timing out, redriving."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from local.aws.clock import Clock
from local.aws.embedded_aws import EmbeddedAws
from local.aws.event_bus import matching
from local.aws.repairs.running_execution import Execution
from local.aws.repairs.state_fields import matching_retrier
from tests.local.aws.probes import CAUGHT, SOURCE, catch, task
from tests.local.aws.sandbox import Sandbox, document, eventually, unique

WAIT = {"Wait": {"Type": "Wait", "Seconds": 100_000, "End": True}}


@pytest.fixture(scope="module")
def function(sandbox: Sandbox) -> str:
    return sandbox.function(SOURCE)


def test_variables_and_choices_lead_through_a_workflow(sandbox: Sandbox, function: str) -> None:
    ended = sandbox.run(
        {
            "Count": {
                "Type": "Pass",
                "Assign": {"attempt": "{% $states.input.attempt + 1 %}"},
                "Next": "Try",
            },
            "Try": task(
                function,
                {"do": "raise", "attempt": "{% $attempt %}"},
                Catch=[
                    {
                        "ErrorEquals": ["ManifestRejected"],
                        "Assign": {"lastError": "{% $states.errorOutput.Error %}"},
                        "Next": "Pause",
                    }
                ],
            ),
            "Pause": {"Type": "Wait", "Seconds": "{% $attempt * 10 %}", "Next": "Again"},
            "Again": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $attempt >= 3 %}", "Next": "Enough"}],
                "Default": "Enough",
            },
            "Enough": {
                "Type": "Pass",
                "Output": {"attempt": "{% $attempt %}", "error": "{% $lastError %}"},
                "End": True,
            },
        },
        {"attempt": 1},
    )
    assert json.loads(ended["output"]) == {"attempt": 2, "error": "ManifestRejected"}


def test_a_raised_exception_is_the_error_of_the_execution(sandbox: Sandbox, function: str) -> None:
    ended = sandbox.run({"Task": task(function, {"do": "raise"})})
    cause = json.loads(ended["cause"])
    assert ended["error"] == "ManifestRejected"
    assert cause["errorMessage"] == "line 3 has no source-ref"
    assert "lambdas/probe.py" in cause["stackTrace"][0]
    assert "output" not in ended


@pytest.mark.parametrize(
    ("payload", "timeout", "error"),
    [
        ({"do": "exit"}, 60, "Runtime.ExitError"),
        ({"do": "sleep", "seconds": 600}, 1, "Sandbox.Timedout"),
    ],
)
def test_a_function_that_does_not_answer_has_the_error_name_of_lambda(
    sandbox: Sandbox, payload: dict[str, object], timeout: int, error: str
) -> None:
    dying = sandbox.function(SOURCE, timeout=timeout)
    assert sandbox.run({"Task": task(dying, payload)})["error"] == error


def test_a_function_that_can_not_be_imported_has_the_error_name_of_lambda(sandbox: Sandbox) -> None:
    broken = sandbox.function("import no_such_module\ndef handler(event, context): pass")
    ended = sandbox.run({"Task": task(broken, {})})
    assert ended["error"] == "Runtime.ImportModuleError"
    assert "No module named 'no_such_module'" in ended["cause"]


def test_a_retried_task_succeeds_and_knows_its_attempt(sandbox: Sandbox) -> None:
    state = task(
        sandbox.function(SOURCE),
        {"do": "raise-first", "attempt": "{% $states.context.State.RetryCount %}"},
        Retry=[{"ErrorEquals": ["ManifestRejected"], "IntervalSeconds": 30}],
    )
    ended = sandbox.run({"Task": state})
    assert json.loads(ended["output"])["event"]["attempt"] == 1


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(("used", "delay"), [(0, 2), (1, 6), (2, 18), (3, 20)])
def test_the_delay_of_a_retry_grows_up_to_its_maximum(used: int, delay: float) -> None:
    retrier = {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 2,
        "BackoffRate": 3,
        "MaxAttempts": 9,
        "MaxDelaySeconds": 20,
    }
    decided, _index = matching_retrier([retrier], "Any", {0: used})
    assert decided is not None
    assert decided["IntervalSeconds"] == delay


def test_an_execution_that_takes_too_long_times_out_and_says_so(
    sandbox: Sandbox, aws: EmbeddedAws
) -> None:
    ended = sandbox.run(WAIT, TimeoutSeconds=20)
    assert ended["status"] == "TIMED_OUT"
    told = matching(
        "Step Functions Execution Status Change",
        executionArn=ended["executionArn"],
        status="TIMED_OUT",
    )
    eventually(lambda: any(told(event) for event in aws.events.sent()))


def test_starting_again_under_the_same_name_returns_the_running_execution(
    sandbox: Sandbox,
) -> None:
    machine, name = sandbox.machine(WAIT), unique("execution")
    execution = sandbox.start(machine, {"a": 1}, name=name)
    assert sandbox.start(machine, {"a": 1}, name=name) == execution
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        sandbox.start(machine, {"a": 2}, name=name)
    sandbox.states.stop_execution(executionArn=execution)
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        sandbox.start(machine, {"a": 1}, name=name)


@pytest.mark.parametrize("name", ["a/b", "a b", "a:b", "x" * 81])
def test_a_name_an_execution_can_not_have_is_refused(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(ClientError, match=r"InvalidName|length"):
        sandbox.start(sandbox.machine(WAIT), name=name)


@pytest.mark.parametrize(
    ("letter", "length", "fits"),
    [("a", 262_138, True), ("a", 262_139, False), ("ü", 131_069, True), ("ü", 131_070, False)],
)
def test_data_is_limited_to_256_kib_of_utf_8(
    sandbox: Sandbox, letter: str, length: int, fits: bool
) -> None:
    state = {"Type": "Pass", "Output": ["{% $states.input %}", 1], "End": True}
    ended = sandbox.run({"Big": state}, letter * length)
    assert ended.get("error") == (None if fits else "States.DataLimitExceeded")


def test_a_redrive_goes_on_at_the_failed_state_with_its_variables(sandbox: Sandbox) -> None:
    payload = {
        "do": "raise-first",
        "redrive": "{% $states.context.Execution.RedriveCount %}",
        "kept": "{% $kept %}",
    }
    machine = sandbox.machine(
        {
            "Keep": {"Type": "Pass", "Assign": {"kept": "{% $states.input.a %}"}, "Next": "Task"},
            "Task": task(sandbox.function(SOURCE), payload),
        }
    )
    execution = sandbox.start(machine, {"a": 7})
    assert sandbox.outcome(execution)["redriveStatus"] == "REDRIVABLE"
    sandbox.states.redrive_execution(executionArn=execution)
    ended = sandbox.outcome(execution)
    assert (ended["status"], ended["redriveCount"]) == ("SUCCEEDED", 1)
    assert json.loads(ended["output"])["event"] == {"do": "raise-first", "redrive": 1, "kept": 7}
    assert sandbox.history(execution).count("PassStateEntered") == 1
    with pytest.raises(ClientError, match="ExecutionNotRedrivable"):
        sandbox.states.redrive_execution(executionArn=execution)


def test_an_aborted_execution_can_be_redriven(sandbox: Sandbox) -> None:
    execution = sandbox.start(sandbox.machine(WAIT))
    eventually(lambda: "WaitStateEntered" in sandbox.history(execution))
    sandbox.states.stop_execution(executionArn=execution)
    sandbox.states.redrive_execution(executionArn=execution)
    assert sandbox.states.describe_execution(executionArn=execution)["status"] == "RUNNING"
    sandbox.states.stop_execution(executionArn=execution)


def test_a_function_of_a_run_that_was_stopped_does_not_touch_the_redrive(
    sandbox: Sandbox, aws: EmbeddedAws
) -> None:
    gate, function = unique("gate"), sandbox.function(SOURCE)
    payload = {
        "do": "wait-then-raise-first",
        "bucket": sandbox.bucket,
        "key": f"{{% '{gate}-' & $states.context.Execution.RedriveCount %}}",
        "first": "{% $states.context.Execution.RedriveCount = 0 %}",
    }
    execution = sandbox.start(sandbox.machine({"Task": task(function, payload)}))
    eventually(lambda: "TaskStarted" in sandbox.history(execution))
    sandbox.states.stop_execution(executionArn=execution)
    sandbox.states.redrive_execution(executionArn=execution)

    sandbox.s3.put_object(Bucket=sandbox.bucket, Key=f"{gate}-0", Body=b"")
    group = f"/aws/lambda/{function.split(':')[-1]}"
    logs = aws.client("logs")
    eventually(lambda: logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"])
    sandbox.s3.put_object(Bucket=sandbox.bucket, Key=f"{gate}-1", Body=b"")

    assert sandbox.outcome(execution)["status"] == "SUCCEEDED"
    assert "TaskFailed" not in sandbox.history(execution)


@pytest.mark.usefixtures("aws")
def test_a_run_that_was_stopped_does_not_close_the_redrive() -> None:
    redriven = {"status": "RUNNING", "events": []}
    run = Execution(redriven, Clock())
    run.stop()
    run.finish("SUCCEEDED", "ExecutionSucceeded", output="1")
    assert redriven == {"status": "RUNNING", "events": []}


def test_the_role_of_a_state_machine_must_allow_the_invocation(
    sandbox: Sandbox, function: str
) -> None:
    state = task(function, {}, **catch("Lambda.AWSLambdaException"))
    ended = sandbox.run({"Task": state, **CAUGHT}, invokes=f"{function}-other")
    assert "is not authorized to perform: lambda:InvokeFunction" in ended["output"]


def test_the_role_of_a_state_machine_must_trust_step_functions(
    sandbox: Sandbox, function: str
) -> None:
    machine = sandbox.machine({"Task": task(function, {})})
    role = sandbox.states.describe_state_machine(stateMachineArn=machine)["roleArn"]
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    sandbox.iam.update_assume_role_policy(
        RoleName=role.split("/")[-1], PolicyDocument=json.dumps(document(trust))
    )
    ended = sandbox.outcome(sandbox.start(machine))
    assert "cannot assume the state machine's role" in ended["cause"]


def test_an_integration_whose_permissions_nothing_checks_is_refused(sandbox: Sandbox) -> None:
    state = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
    ended = sandbox.run({"Task": state})
    assert "runs only Lambda tasks" in ended["cause"]
