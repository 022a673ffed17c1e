"""The rules: which events reach which function, and where those end that cannot be processed."""

import fnmatch
from typing import Any

import pytest

from tests.infrastructure.templates import Template

RULES = {
    "EventsManifestWritten": "EventsStartExecution",
    "EventsTrainingJobEnded": "EventsResumeExecution",
    "EventsTransformJobEnded": "EventsResumeExecution",
    "EventsExecutionEnded": "EventsCloseExecution",
}


def rule(template: Template, name: str) -> Any:
    return template.plain(template.of_type("Events::Rule")[name]["Properties"])


def matches(pattern: Any, event: Any) -> bool:
    """Tell whether an event matches a pattern, for the filters that the rules use."""
    if isinstance(pattern, dict):
        return isinstance(event, dict) and all(
            key in event and matches(each, event[key]) for key, each in pattern.items()
        )
    return any(admits(each, event) for each in pattern)


def admits(value: Any, text: str) -> bool:
    match value:
        case {"prefix": prefix}:
            return text.startswith(prefix)
        case {"wildcard": wildcard}:
            return fnmatch.fnmatchcase(text, wildcard)
    return bool(value == text)


def object_created(key: str, bucket: str = "<Bucket>") -> dict[str, Any]:
    return {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": bucket}, "object": {"key": key, "size": 5}},
    }


def training_job(status: str, role: str = "<TrainingRole.Arn>") -> dict[str, Any]:
    return {
        "source": "aws.sagemaker",
        "detail-type": "SageMaker Training Job State Change",
        "detail": {"TrainingJobName": "any", "TrainingJobStatus": status, "RoleArn": role},
    }


def transform_job(status: str, output: str = "s3://<Bucket>/executions/x/") -> dict[str, Any]:
    return {
        "source": "aws.sagemaker",
        "detail-type": "SageMaker Transform Job State Change",
        "detail": {
            "TransformJobName": "any",
            "TransformJobStatus": status,
            "TransformOutput": {"S3OutputPath": output},
        },
    }


def execution(status: str, state_machine: str = "<WorkflowStateMachine>") -> dict[str, Any]:
    return {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {"status": status, "stateMachineArn": state_machine},
    }


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (object_created("labeling/cats/manifests/output/output.manifest"), True),
        (object_created("labeling/team/a/cats/manifests/output/output.manifest"), True),
        (object_created("labeling/cats/manifests/intermediate/1/output.manifest"), False),
        (object_created("labeling/cats/manifests/output/output.manifest.tmp"), False),
        (object_created("labeling/cats/annotations/output/output.manifest"), False),
        (object_created("labeling/output.manifest"), False),
        (object_created("other/cats/manifests/output/output.manifest"), False),
        (object_created("executions/x/manifests/output/output.manifest"), False),
        (object_created("labeling/cats/manifests/output/output.manifest", "another"), False),
    ],
)
def test_only_a_labeling_jobs_final_manifest_starts_an_execution(
    template: Template, event: dict[str, Any], expected: bool
) -> None:
    assert matches(rule(template, "EventsManifestWritten")["EventPattern"], event) is expected


def test_the_labeling_prefix_is_part_of_the_rule(customized: Template) -> None:
    pattern = rule(customized, "EventsManifestWritten")["EventPattern"]
    tail = "cats/manifests/output/output.manifest"
    assert matches(pattern, object_created(f"team/labels/{tail}"))
    assert not matches(pattern, object_created(f"labeling/{tail}"))


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (training_job("Completed"), True),
        (training_job("Failed"), True),
        (training_job("Stopped"), True),
        (training_job("InProgress"), False),
        (training_job("Stopping"), False),
        (training_job("Completed", role="of another pipeline"), False),
    ],
)
def test_only_the_end_of_one_of_our_training_jobs_resumes_an_execution_whatever_its_name(
    template: Template, event: dict[str, Any], expected: bool
) -> None:
    assert matches(rule(template, "EventsTrainingJobEnded")["EventPattern"], event) is expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (transform_job("Completed"), True),
        (transform_job("Failed"), True),
        (transform_job("Stopped"), True),
        (transform_job("InProgress"), False),
        (transform_job("Stopping"), False),
        (transform_job("Completed", output="s3://<Bucket>/theirs/"), False),
        (transform_job("Completed", output="s3://another/executions/x/"), False),
    ],
)
def test_only_the_end_of_a_transform_job_that_writes_among_our_executions_resumes_one(
    template: Template, event: dict[str, Any], expected: bool
) -> None:
    assert matches(rule(template, "EventsTransformJobEnded")["EventPattern"], event) is expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (execution("FAILED"), True),
        (execution("TIMED_OUT"), True),
        (execution("ABORTED"), True),
        (execution("RUNNING"), False),
        (execution("SUCCEEDED"), False),
        (execution("FAILED", "another state machine"), False),
    ],
)
def test_only_an_execution_of_ours_that_ended_without_a_model_is_closed(
    template: Template, event: dict[str, Any], expected: bool
) -> None:
    assert matches(rule(template, "EventsExecutionEnded")["EventPattern"], event) is expected


@pytest.mark.parametrize(("name", "function"), RULES.items())
def test_an_event_is_delivered_for_a_day_and_then_kept(
    template: Template, name: str, function: str
) -> None:
    (target,) = rule(template, name)["Targets"]
    assert target["Arn"] == f"<{function}.Arn>"
    assert target["RetryPolicy"] == {
        "MaximumEventAgeInSeconds": 86_400,
        "MaximumRetryAttempts": 185,
    }
    assert target["DeadLetterConfig"] == {"Arn": "<EventsDeadLetters.Arn>"}


@pytest.mark.parametrize("module", ["start_execution", "resume_execution", "close_execution"])
def test_an_event_on_which_its_function_fails_is_kept_too(template: Template, module: str) -> None:
    config = template.functions()[module]["DeadLetterConfig"]
    assert config == {"TargetArn": "<EventsDeadLetters.Arn>"}


@pytest.mark.parametrize(("name", "function"), RULES.items())
def test_only_its_rules_may_invoke_an_event_function(
    template: Template, name: str, function: str
) -> None:
    permissions = [
        template.plain(each["Properties"])
        for each in template.of_type("Lambda::Permission").values()
    ]
    allowed = [each for each in permissions if each["FunctionName"] == f"<{function}.Arn>"]
    assert {each["Principal"] for each in allowed} == {"events.amazonaws.com"}
    rules = {rule for rule, invoked in RULES.items() if invoked == function}
    assert name in rules
    assert {each["SourceArn"] for each in allowed} == {f"<{rule}.Arn>" for rule in rules}


def test_only_our_rules_may_write_to_the_dead_letter_queue(template: Template) -> None:
    statements = template.only("SQS::QueuePolicy")["PolicyDocument"]["Statement"]
    sources = {
        each["Condition"]["ArnEquals"]["aws:SourceArn"]
        for each in statements
        if each["Effect"] == "Allow"
    }
    assert sources == {f"<{name}.Arn>" for name in RULES}


def test_dead_letters_are_encrypted_and_kept_for_as_long_as_sqs_allows(template: Template) -> None:
    queue = template.only("SQS::Queue")
    assert queue["MessageRetentionPeriod"] == 14 * 86_400
    assert queue["SqsManagedSseEnabled"] is True


def test_jobs_are_reconciled_every_quarter_of_an_hour(template: Template) -> None:
    reconcile = rule(template, "EventsReconcile")
    assert reconcile["ScheduleExpression"] == "rate(15 minutes)"
    assert reconcile["State"] == "ENABLED"
    (target,) = reconcile["Targets"]
    assert target["Arn"] == "<EventsReconcileJobs.Arn>"
