"""What a model is worth, beside the one of before, and what the registry makes of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.contract import State
from local.aws.deployment import Deployment
from local.aws.sagemaker.scripted_model import ScriptedModel
from stacks.settings.environments import STACK_NAME
from stacks.synthesis import synthesize
from tests.scenarios.pipeline import PICTURE, Pipeline, eventually, record

RIGHT = ScriptedModel(otherwise=((0.0, 0.9, 0.1, 0.125, 0.4, 0.375),)).to_bytes()
"""Finds the dog of every picture, at (10, 10, 30, 20) of 100 × 80 pixels."""
WRONG = ScriptedModel(otherwise=((0.0, 0.9, 0.6, 0.6, 0.9, 0.9),)).to_bytes()


@pytest.fixture(autouse=True)
def empty_registry(pipeline: Pipeline) -> Iterator[None]:
    """Every test begins without a version, and without a gate."""
    yield
    sagemaker = pipeline.aws.client("sagemaker")
    for version in versions(pipeline):
        sagemaker.delete_model_package(ModelPackageName=version["ModelPackageArn"])
    deploy(pipeline, MIN_MAP="null", MAX_MAP_LOSS="null")


def versions(pipeline: Pipeline) -> list[Any]:
    try:
        found = pipeline.aws.client("sagemaker").list_model_packages(
            ModelPackageGroupName="groundtruthtraining"
        )
    except ClientError:
        return []
    return list(found["ModelPackageSummaryList"])


def deploy(pipeline: Pipeline, **variables: str) -> None:
    """Give Register Model other settings."""
    pipeline.configure("register_model", **variables)


def train(pipeline: Pipeline, labeling_job: str, model: bytes, **manifest: Any) -> str:
    """Start an execution whose training leaves this model."""
    pipeline.aws.training.faults.next_job(artifact=model)
    body = pipeline.manifest(labeling_job)
    if manifest:
        body = body.replace(b'"dog"', json.dumps(manifest["class_name"]).encode())
    return pipeline.label(labeling_job, body)


def approve(pipeline: Pipeline, version: str) -> None:
    pipeline.aws.client("sagemaker").update_model_package(
        ModelPackageArn=version, ModelApprovalStatus="Approved"
    )


def failed(pipeline: Pipeline, execution: str, error: str) -> str:
    """The cause of an execution that must have failed in its last state."""
    ended = pipeline.ended(execution)
    assert (ended["status"], ended.get("error")) == ("FAILED", error)
    cause: str = ended["cause"]
    return cause


def test_a_model_is_measured_and_waits_in_the_registry(pipeline: Pipeline) -> None:
    received = pipeline.subscribe()
    execution = train(pipeline, "good", RIGHT)

    output = pipeline.succeeded(execution)

    found = output["evaluation"]
    assert (found["ap50"], found["held_out"]) == (1.0, "validation")
    assert found["images"] == output["split"]["validation"]
    assert output["approval"] == "PendingManualApproval"
    (version,) = versions(pipeline)
    assert version["ModelPackageArn"] == output["model_package"]
    name = execution.rpartition(":")[2]
    assert pipeline.json(pipeline.layout.outcome(name)) == output
    page = pipeline.s3.get_object(
        Bucket=pipeline.layout.bucket, Key=pipeline.layout.evaluation_page(name)
    )["Body"].read()
    assert b"Measured on" in page
    assert {"train.manifest", "evaluation.json"} <= {
        key.rpartition("/")[2] for key in pipeline.keys(f"executions/{name}/")
    }
    (notice,) = eventually(lambda: [each for each in received() if "good" in each] or None)
    assert "model waits for approval" in notice
    assert "AP50 1.000" in notice


def test_the_cost_of_running_the_model_is_in_the_outcome(pipeline: Pipeline) -> None:
    output = pipeline.succeeded(train(pipeline, "cost", RIGHT))

    training, transform = output["bills"]
    assert training["job"] == output["training_job"]
    assert transform["instance_type"].startswith("ml.c5")
    assert output["billable_instance_seconds"] == sum(
        each["billable_seconds"] * each["instance_count"] for each in output["bills"]
    )


def test_a_model_below_the_gate_is_rejected_and_can_be_taken_all_the_same(
    pipeline: Pipeline,
) -> None:
    deploy(pipeline, MIN_MAP="0.5")
    execution = train(pipeline, "bad", WRONG)

    cause = failed(pipeline, execution, "ModelBelowGate")

    assert pipeline.states(execution)[-1] == State.REGISTER_MODEL
    assert "AP 0.0000 is below the 0.5 of min_map" in cause
    (version,) = versions(pipeline)
    assert version["ModelApprovalStatus"] == "Rejected"
    assert version["ModelPackageArn"] in cause

    approve(pipeline, version["ModelPackageArn"])
    pipeline.stepfunctions.redrive_execution(executionArn=execution)

    assert pipeline.succeeded(execution)["approval"] == "Approved"
    assert len(versions(pipeline)) == 1
    assert len(pipeline.training_jobs(execution)) == 1


def test_a_redrive_under_a_lower_gate_judges_the_same_version(pipeline: Pipeline) -> None:
    deploy(pipeline, MIN_MAP="0.5")
    execution = train(pipeline, "lowered", WRONG)
    failed(pipeline, execution, "ModelBelowGate")

    deploy(pipeline, MIN_MAP="null")
    pipeline.stepfunctions.redrive_execution(executionArn=execution)

    output = pipeline.succeeded(execution)
    assert output["approval"] == "PendingManualApproval"
    (version,) = versions(pipeline)
    assert version["ModelApprovalStatus"] == "PendingManualApproval"


def test_the_second_model_is_compared_with_the_first(pipeline: Pipeline) -> None:
    deploy(pipeline, MAX_MAP_LOSS="0.1")
    first = pipeline.succeeded(train(pipeline, "first", RIGHT))
    approve(pipeline, first["model_package"])

    cause = failed(pipeline, train(pipeline, "second", WRONG), "ModelBelowGate")

    assert f"below the 1.0000 of {first['model_package']} on the same images" in cause


def test_an_incumbent_with_other_classes_leaves_the_decision_to_a_person(
    pipeline: Pipeline,
) -> None:
    deploy(pipeline, MAX_MAP_LOSS="0.1")
    first = pipeline.succeeded(train(pipeline, "dogs", RIGHT))
    approve(pipeline, first["model_package"])

    output = pipeline.succeeded(train(pipeline, "cats", WRONG, class_name="cat"))

    assert "only the incumbent has 0 dog" in output["evaluation"]["not_compared"]
    assert output["evaluation"]["incumbent"] == first["model_package"]
    assert output["approval"] == "PendingManualApproval"


def test_an_incumbent_whose_artifact_is_gone_is_not_compared(pipeline: Pipeline) -> None:
    first = pipeline.succeeded(train(pipeline, "gone", RIGHT))
    approve(pipeline, first["model_package"])
    key = first["model_artifact"].removeprefix(pipeline.layout.uri(""))
    pipeline.s3.delete_object(Bucket=pipeline.layout.bucket, Key=key)

    output = pipeline.succeeded(train(pipeline, "after", RIGHT))

    assert output["evaluation"]["not_compared"].endswith("is gone")


def test_a_model_that_leaves_images_out_is_measured_on_the_others(pipeline: Pipeline) -> None:
    body = pipeline.manifest("partial", images=200)
    pipeline.aws.training.faults.next_job(artifact=RIGHT)
    pipeline.aws.transform.faults.next_job(spoil=validation_image(pipeline, "partial", body))

    output = pipeline.succeeded(pipeline.label("partial", body))

    found = output["evaluation"]
    assert found["missing_images"] == 1
    assert found["images"] == output["split"]["validation"] - 1


def validation_image(pipeline: Pipeline, labeling_job: str, body: bytes) -> str:
    """The key's end of an image that is held out: that of an execution on the same manifest."""
    output = pipeline.succeeded(pipeline.label(f"{labeling_job}-before", body))
    name = output["execution"].rpartition(":")[2]
    key = pipeline.layout.validation_manifest(name)
    lines = pipeline.s3.get_object(Bucket=pipeline.layout.bucket, Key=key)["Body"].read()
    source_ref: str = json.loads(lines.splitlines()[0])["source-ref"]
    return f"/{source_ref.rpartition('/')[2]}"


def test_without_a_box_in_the_validation_images_nothing_is_run(pipeline: Pipeline) -> None:
    keys = {name: f"images/none/{name}.png" for name in ("with", "without")}
    for key in keys.values():
        pipeline.write(key, PICTURE)
    pipeline.write(
        "none/train.manifest", record(pipeline.layout.uri(keys["with"]), (10, 10, 30, 20))
    )
    pipeline.write("none/validation.manifest", record(pipeline.layout.uri(keys["without"])))

    output = pipeline.succeeded(
        pipeline.start(
            manifest=pipeline.layout.uri("none/train.manifest"),
            validation_manifest=pipeline.layout.uri("none/validation.manifest"),
            label_attribute="bb",
        )
    )

    assert output["evaluation"]["ap"] is None
    assert len(output["bills"]) == 1


def test_the_pipelines_own_role_cannot_approve(pipeline: Pipeline) -> None:
    deploy(pipeline, APPROVAL='"automatic"')
    try:
        execution = train(pipeline, "forbidden", RIGHT)
        assert "UpdateModelPackage" in failed(pipeline, execution, "ModelRegistrationRefused")
    finally:
        deploy(pipeline, APPROVAL='"manual"')
    (version,) = versions(pipeline)
    assert version["ModelApprovalStatus"] == "PendingManualApproval"


@pytest.fixture
def automatic(pipeline: Pipeline, assembly: Path, tmp_path: Path) -> Iterator[None]:
    """The pipeline deployed with a gate and automatic approval, and afterwards as before."""
    synthesize(tmp_path, {"pipeline.approval": "automatic", "pipeline.min_map": "0.5"})
    deploy_app(pipeline, tmp_path)
    yield
    deploy_app(pipeline, assembly)


def deploy_app(pipeline: Pipeline, assembly: Path) -> None:
    aws = pipeline.aws
    Deployment(assembly, STACK_NAME, aws.client, region=aws.region, account=aws.account).deploy()


def test_where_nobody_is_asked_the_pipeline_approves_what_reaches_the_gate(
    pipeline: Pipeline, automatic: None
) -> None:
    good = pipeline.succeeded(train(pipeline, "reaches", RIGHT))
    assert good["approval"] == "Approved"

    execution = train(pipeline, "falls-short", WRONG)
    failed(pipeline, execution, "ModelBelowGate")

    approvals = [version["ModelApprovalStatus"] for version in versions(pipeline)]
    assert sorted(approvals) == ["Approved", "Rejected"]
