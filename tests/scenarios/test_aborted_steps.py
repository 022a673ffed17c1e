"""An execution that is stopped after its training costs no more, and a redrive goes on from there."""

import pytest

from lambdas.contract import State
from tests.scenarios.pipeline import Pipeline, eventually
from tests.scenarios.test_transform_jobs import redrive, stopped, train


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
