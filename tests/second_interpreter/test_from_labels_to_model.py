"""A manifest that can be trained on ends in a model; one that cannot says why."""

import json

import pytest

from lambdas.adapters import clients
from lambdas.contract import EXECUTION_TAG, State
from lambdas.errors import (
    InvalidExecutionInput,
    LabelingJobInProgress,
    ManifestNotReadable,
    ManifestRejected,
    ManifestSuperseded,
    PipelineError,
)
from stacks.synthesis import PROJECT
from tests.second_interpreter.deployed import BUCKET, MACHINE_ARN
from tests.second_interpreter.execution import KEY, STEPS, ScenarioExecution, good_manifest

COUNTERS = ("attempt", "capacity_misses", "internal_errors")


def test_a_good_manifest_ends_in_a_registered_model(execution: ScenarioExecution) -> None:
    output = execution.write().finish()
    (job,) = execution.jobs()
    assert execution.states() == STEPS
    assert output == execution.file("outcome.json")
    assert output["model_artifact"].endswith(f"{job}/output/model.tar.gz")
    assert output["metrics"] == {"validation:mAP": 0.5}
    assert sum(output["split"].values()) == 10
    assert output["execution"] == execution.arn
    assert execution.callbacks() == []
    request = execution.account.jobs.requests[job]
    assert request["hyper_parameters"]["num_classes"] == "1"
    assert request["tags"] == [{"Key": EXECUTION_TAG, "Value": execution.arn}]


def test_every_step_gets_what_the_steps_before_it_found(execution: ScenarioExecution) -> None:
    execution.write().finish()
    payloads = execution.account.functions.payloads
    (validated,), (started,) = payloads["validate_manifest"], payloads["start_training_job"]
    (awaited,), (recorded,) = payloads["await_training_job"], payloads["record_model"]
    name, arn = execution.name, execution.arn
    (job,) = execution.jobs()
    assert validated["execution"] == name
    assert validated["request"]["manifest"] == f"s3://{BUCKET}/{KEY}"
    counters = [started[each] for each in COUNTERS]
    assert [(each, type(each)) for each in counters] == [(0, int)] * 3
    assert started["execution"] == {"name": name, "arn": arn, "redrive_count": 0}
    assert awaited["execution"] == started["execution"]
    assert awaited["training_job"]["name"] == job
    assert awaited["task_token"]
    assert recorded == {
        "dataset": started["dataset"],
        "training_job": awaited["training_job"],
        "execution": started["execution"],
    }
    (prepared,), (evaluated,) = payloads["prepare_evaluation"], payloads["evaluate_model"]
    (asked,), (answered,) = payloads["start_transform_job"], payloads["await_transform_job"]
    (registered,) = payloads["register_model"]
    assert prepared["outcome"]["training_job"] == job
    assert prepared["dataset"] == evaluated["dataset"] == started["dataset"]
    assert asked["prediction"] == evaluated["evaluation"]["predictions"][0]
    assert [(asked[each], type(asked[each])) for each in COUNTERS] == [(0, int)] * 3
    assert answered["execution"] == asked["execution"] == started["execution"]
    assert evaluated["predicted"] == [
        {
            "prediction": asked["prediction"],
            "transform_job": answered["transform_job"]["name"],
            "failure": None,
            "redrive_count": 0,
        }
    ]
    assert registered["evaluated"]["ap50"] == 1.0
    assert registered["outcome"] == evaluated["outcome"] == prepared["outcome"]
    assert recorded["dataset"]["version_id"] == validated["request"]["version_id"]


def test_every_step_shows_what_it_found_in_its_output(execution: ScenarioExecution) -> None:
    output = execution.write().finish()
    exited = execution.details("stateExitedEventDetails")
    shown = {each["name"]: json.loads(each["output"]) for each in exited}
    (recorded,) = execution.account.functions.payloads["record_model"]
    validated = {
        "dataset": recorded["dataset"],
        "attempt": 0,
        "capacity_misses": 0,
        "internal_errors": 0,
    }
    started = validated | {"training_job": recorded["training_job"]}
    awaited = started | {"model": shown[State.AWAIT_TRAINING_JOB]["model"]}
    (registered,) = execution.account.functions.payloads["register_model"]
    (evaluated,) = execution.account.functions.payloads["evaluate_model"]
    recorded_too = awaited | {"outcome": registered["outcome"]}
    prepared = recorded_too | {"evaluation": evaluated["evaluation"]}
    predicted = prepared | {"predicted": evaluated["predicted"]}
    for state in (State.START_TRANSFORM_JOB, State.AWAIT_TRANSFORM_JOB):
        del shown[state]
    assert shown == {
        State.VALIDATE_MANIFEST: validated,
        State.START_TRAINING_JOB: started,
        State.AWAIT_TRAINING_JOB: awaited,
        State.RECORD_MODEL: recorded_too,
        State.PREPARE_EVALUATION: prepared,
        State.PREDICT: predicted,
        State.EVALUATE_MODEL: predicted | {"evaluated": registered["evaluated"]},
        State.REGISTER_MODEL: output,
    }
    assert awaited["model"]["training_job"] == execution.jobs()[0]


def test_a_rejected_manifest_fails_in_validation_and_people_are_told(
    execution: ScenarioExecution,
) -> None:
    broken = (PROJECT / "examples" / "broken.manifest").read_bytes()
    execution.write(broken.replace(b"s3://my-images/", f"s3://{BUCKET}/".encode()))
    cause = json.loads(execution.failed(ManifestRejected))
    assert cause["errorType"] == ManifestRejected.__name__
    assert cause["errorMessage"].startswith("Manifest rejected: 17 of 20 records are usable.")
    assert f"executions/{execution.name}/report.html" in cause["errorMessage"]
    assert execution.states() == [State.VALIDATE_MANIFEST]
    assert execution.file("report.json")["verdict"] == "rejected"
    assert execution.close("FAILED") == []
    (notice,) = execution.account.notices()
    assert ManifestRejected.__name__ in notice
    assert "17 of 20 records are usable" in notice


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"manifets": "s3://a/b"}, InvalidExecutionInput),
        ({"manifest": "not a uri"}, InvalidExecutionInput),
        ([], InvalidExecutionInput),
        ({"manifest": f"s3://{BUCKET}/labeling/none"}, ManifestNotReadable),
    ],
)
def test_an_input_that_cannot_be_used_fails_by_the_name_of_its_fault(
    execution: ScenarioExecution, given: object, error: type[PipelineError]
) -> None:
    execution.start(given).failed(error)
    assert execution.account.interpreter.pauses == []


def test_a_second_delivery_of_the_manifests_event_starts_nothing(
    execution: ScenarioExecution,
) -> None:
    first = execution.write().name
    assert execution.deliver_event() == first
    execution.finish()
    assert execution.deliver_event() == first
    listing = clients.stepfunctions().list_executions(stateMachineArn=MACHINE_ARN)
    assert [each["name"] for each in listing["executions"]] == [first]


def test_a_labeling_job_at_work_is_asked_again_every_minute(execution: ScenarioExecution) -> None:
    execution.account.jobs.labeling_statuses = ["InProgress", "InProgress", "Completed"]
    execution.write().finish()
    assert execution.states() == STEPS
    assert execution.account.interpreter.pauses == [60, 60]


def test_a_labeling_job_that_never_ends_is_given_up(execution: ScenarioExecution) -> None:
    execution.account.jobs.labeling_statuses = ["InProgress"]
    cause = execution.write().failed(LabelingJobInProgress)
    assert "is InProgress: 3 labelled, 7 to do" in json.loads(cause)["errorMessage"]
    assert execution.account.interpreter.pauses == [60] * 60


def test_a_manifest_written_again_meanwhile_is_not_trained_on(execution: ScenarioExecution) -> None:
    execution.account.jobs.labeling_statuses = ["InProgress", "Completed"]
    clients.s3().put_object(Bucket=BUCKET, Key=KEY, Body=good_manifest())
    execution.write(good_manifest(11))
    clients.s3().put_object(Bucket=BUCKET, Key=KEY, Body=good_manifest())
    execution.failed(ManifestSuperseded)
    assert execution.jobs() == []


def test_two_models_are_asked_side_by_side(execution: ScenarioExecution) -> None:
    first = execution.write().finish()
    key = first["model_artifact"].removeprefix(f"s3://{BUCKET}/")
    clients.s3().put_object(Bucket=BUCKET, Key=key, Body=b"a model, which moto does not write")
    clients.sagemaker().update_model_package(
        ModelPackageArn=first["model_package"], ModelApprovalStatus="Approved"
    )
    execution.account.functions.payloads.clear()

    second = execution.write(good_manifest(images=20)).finish(jobs=2)

    assert second["model_package"] != first["model_package"]
    (evaluated,) = execution.account.functions.payloads["evaluate_model"]
    assert evaluated["evaluation"]["not_compared"] is None
    asked = [each["prediction"]["model"] for each in evaluated["predicted"]]
    assert asked == ["candidate", "incumbent"]
    jobs = [each["transform_job"] for each in evaluated["predicted"]]
    assert len(set(jobs)) == 2
