"""A step after the training fails or is aborted: it costs no more, a redrive goes on from there."""

from collections.abc import Callable

import pytest

from lambdas.contract import State
from tests.scenarios.pipeline import Pipeline, eventually
from tests.scenarios.test_transform_jobs import RIGHT, fails, redrive, stopped, train


def refused(service: str, action: str, caller: str = "") -> Callable[[Pipeline], None]:
    """Let a call of all functions, or of one, be refused for as long as the test lasts."""
    return lambda pipeline: pipeline.aws.faults.refuse(
        service,
        action,
        "AccessDeniedException",
        times=10_000,
        caller=pipeline.function(caller) if caller else "",
    )


@pytest.mark.parametrize(
    ("state", "breaks"),
    [
        (State.PREPARE_EVALUATION, refused("sagemaker", "ListModelPackages")),
        (State.START_TRANSFORM_JOB, refused("sagemaker", "CreateTransformJob")),
        (State.EVALUATE_MODEL, refused("s3", "PutObject", "evaluate_model")),
        (State.REGISTER_MODEL, refused("sagemaker", "CreateModelPackage")),
    ],
)
def test_a_redrive_goes_on_where_a_step_failed_and_pays_for_nothing_twice(
    pipeline: Pipeline, state: State, breaks: Callable[[Pipeline], None]
) -> None:
    breaks(pipeline)
    execution = train(pipeline, f"redriven-{state}".lower().replace(" ", "-"))
    assert pipeline.ended(execution)["status"] == "FAILED"
    assert pipeline.states(execution)[-1] == state
    asked = pipeline.transform_jobs(execution)
    pipeline.aws.faults.clear()

    redrive(pipeline, execution)

    jobs = pipeline.transform_jobs(execution)
    assert jobs == asked if asked else len(jobs) == 1


def validated_on(pipeline: Pipeline, name: str, images: int) -> str:
    """Start an execution that is measured on so many images."""
    pipeline.write(f"datasets/{name}-train", pipeline.manifest(f"{name}-train"))
    pipeline.write(f"datasets/{name}", pipeline.manifest(name, images))
    pipeline.aws.training.faults.next_job(artifact=RIGHT)
    return pipeline.start(
        manifest=pipeline.layout.uri(f"datasets/{name}-train"),
        validation_manifest=pipeline.layout.uri(f"datasets/{name}"),
    )


def test_more_missing_answers_are_allowed_and_what_was_answered_is_measured(
    pipeline: Pipeline,
) -> None:
    allowed = pipeline.variables("evaluate_model")["MAX_MISSING_FRACTION"]
    pipeline.aws.transform.faults.next_job(spoil="allowed/0.png")
    execution = validated_on(pipeline, "allowed", images=3)
    fails(pipeline, execution, "PredictionsIncomplete", State.EVALUATE_MODEL)

    pipeline.configure("evaluate_model", MAX_MISSING_FRACTION="0.5")
    output = redrive(pipeline, execution)
    pipeline.configure("evaluate_model", MAX_MISSING_FRACTION=allowed)

    assert (output["evaluation"]["images"], output["evaluation"]["missing_images"]) == (2, 1)
    assert len(pipeline.transform_jobs(execution)) == 1


def test_an_answer_that_cannot_be_read_is_deleted_and_the_others_are_measured(
    pipeline: Pipeline,
) -> None:
    reading = pipeline.aws.faults.hold(
        "s3", "GetObject", caller=pipeline.function("evaluate_model")
    )
    execution = validated_on(pipeline, "unreadable", images=21)
    eventually(lambda: reading.has_arrived or None)
    predictions = pipeline.layout.predictions(
        execution.rpartition(":")[2], "candidate", pipeline.layout.bucket
    )
    answer = pipeline.keys(predictions)[0]
    pipeline.write(answer, b"<html>")
    reading.release()
    assert answer in fails(pipeline, execution, "PredictionsNotUsable", State.EVALUATE_MODEL)

    pipeline.s3.delete_object(Bucket=pipeline.layout.bucket, Key=answer)
    output = redrive(pipeline, execution)

    assert output["evaluation"]["missing_images"] == 1
    assert len(pipeline.transform_jobs(execution)) == 1


def packages(pipeline: Pipeline, execution: str) -> list[str]:
    """The versions in the registry that an execution has made."""
    sagemaker = pipeline.aws.client("sagemaker")
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName="groundtruthtraining"
    )
    described = (
        sagemaker.describe_model_package(ModelPackageName=each["ModelPackageArn"])
        for page in pages
        for each in page["ModelPackageSummaryList"]
    )
    return [
        each["ModelPackageArn"]
        for each in described
        if each["MetadataProperties"]["GeneratedBy"] == execution
    ]


@pytest.mark.parametrize(
    ("state", "module", "call"),
    [
        (State.PREPARE_EVALUATION, "prepare_evaluation", ("sagemaker", "ListModelPackages")),
        (State.EVALUATE_MODEL, "evaluate_model", ("s3", "PutObject")),
        (State.REGISTER_MODEL, "register_model", ("sagemaker", "CreateModelPackage")),
    ],
)
def test_a_step_that_was_aborted_is_done_once_more_and_nothing_before_it(
    pipeline: Pipeline, state: State, module: str, call: tuple[str, str]
) -> None:
    held = pipeline.aws.faults.hold(*call, caller=pipeline.function(module))
    execution = train(pipeline, f"aborted-in-{module}".replace("_", "-"))
    eventually(lambda: held.has_arrived or None)
    assert pipeline.states(execution)[-1] == state
    asked = pipeline.transform_jobs(execution)

    pipeline.stepfunctions.stop_execution(executionArn=execution)
    held.release()  # the function goes on: Step Functions does not stop it

    (trained,) = pipeline.training_jobs(execution)
    recorded = pipeline.json(pipeline.layout.outcome(execution.rpartition(":")[2]))
    assert recorded["training_job"] == trained
    assert pipeline.invoke("reconcile_jobs", {})["stopped"] == []
    assert pipeline.aws.models.by_name.keys().isdisjoint(asked)
    output = redrive(pipeline, execution)
    assert pipeline.states(execution).count(State.RECORD_MODEL) == 1
    assert len(pipeline.transform_jobs(execution)) == 1
    assert pipeline.transform_jobs(execution)[: len(asked)] == asked
    assert packages(pipeline, execution) == [output["model_package"]]


def test_a_transform_job_that_comes_after_the_abort_is_stopped_and_its_model_deleted(
    pipeline: Pipeline,
) -> None:
    pipeline.aws.transform.faults.hold_next_job()
    caller = pipeline.function("start_transform_job")
    held = pipeline.aws.faults.hold("sagemaker", "CreateTransformJob", caller=caller)
    received = pipeline.subscribe()
    execution = train(pipeline, "aborted-before-its-job")
    eventually(lambda: held.has_arrived or None)
    assert pipeline.states(execution)[-1] == State.START_TRANSFORM_JOB

    pipeline.stepfunctions.stop_execution(executionArn=execution)
    eventually(lambda: "ABORTED: aborted-before-its-job" in "".join(received()) or None)
    held.release()

    (late,) = eventually(lambda: pipeline.transform_jobs(execution) or None)
    assert pipeline.invoke("reconcile_jobs", {})["stopped"] == [late]
    stopped(pipeline, late)
    pipeline.invoke("reconcile_jobs", {})
    assert late not in pipeline.aws.models.by_name
    output = redrive(pipeline, execution)
    assert [job[-4:] for job in pipeline.transform_jobs(execution)] == [late[-4:], "-1r1"]
    assert packages(pipeline, execution) == [output["model_package"]]
