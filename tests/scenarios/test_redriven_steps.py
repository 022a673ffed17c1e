"""A step after the training that failed is redriven: nothing is trained or predicted twice."""

from collections.abc import Callable

import pytest

from lambdas.contract import State
from tests.scenarios.pipeline import Pipeline, eventually
from tests.scenarios.test_transform_jobs import RIGHT, fails, redrive, train


def refused(service: str, action: str, caller: str = "") -> Callable[[Pipeline], None]:
    """Let a call be refused for as long as the test lasts, to the function of a module or to all."""
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
