"""No GPU runs for an execution that has ended, and nobody else's job is touched."""

from local.aws.event_bus import matching
from tests.scenarios.pipeline import Pipeline, eventually

ENDED = matching("Step Functions Execution Status Change", status="ABORTED")


def test_an_aborted_execution_has_its_training_job_stopped(pipeline: Pipeline) -> None:
    pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("aborted")
    job = pipeline.waits_for_job(execution)

    pipeline.stepfunctions.stop_execution(executionArn=execution)

    eventually(lambda: pipeline.aws.training.jobs[job].status == "Stopped" or None)


def test_a_job_whose_executions_event_was_lost_is_found_by_the_reconcile(
    pipeline: Pipeline,
) -> None:
    pipeline.aws.events.drop(ENDED)
    faults = pipeline.aws.training.faults
    faults.hold_next_job()
    aborted = pipeline.label("forgotten")
    orphan = pipeline.waits_for_job(aborted)
    hold = faults.hold_next_job()
    running = pipeline.label("unharmed")
    wanted = pipeline.waits_for_job(running)
    pipeline.stepfunctions.stop_execution(executionArn=aborted)

    assert pipeline.invoke("reconcile_jobs", {})["stopped"] == [orphan]

    eventually(lambda: pipeline.aws.training.jobs[orphan].status == "Stopped" or None)
    assert pipeline.aws.training.jobs[wanted].status == "InProgress"
    hold.release()
    pipeline.succeeded(running)


def test_a_job_of_the_same_prefix_that_is_not_the_pipelines_is_left_alone(
    pipeline: Pipeline,
) -> None:
    pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("ours")
    ours = pipeline.waits_for_job(execution)
    request = dict(pipeline.aws.training.jobs[ours].request)
    pipeline.aws.training.faults.hold_next_job()
    pipeline.aws.client("sagemaker").create_training_job(
        **request | {"TrainingJobName": "gt-train-somebody-elses", "Tags": []}
    )

    pipeline.stepfunctions.stop_execution(executionArn=execution)
    eventually(lambda: pipeline.aws.training.jobs[ours].status == "Stopped" or None)
    pipeline.invoke("reconcile_jobs", {})

    assert pipeline.aws.training.jobs["gt-train-somebody-elses"].status == "InProgress"


def test_a_redrive_before_the_job_was_stopped_stops_it_and_trains_anew(pipeline: Pipeline) -> None:
    held = pipeline.aws.events.hold(ENDED)
    pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("redriven-at-once")
    first = pipeline.waits_for_job(execution)
    pipeline.stepfunctions.stop_execution(executionArn=execution)

    pipeline.stepfunctions.redrive_execution(executionArn=execution)
    held.release()

    outcome = pipeline.succeeded(execution)
    assert outcome["training_job"] != first
    eventually(lambda: pipeline.aws.training.jobs[first].status == "Stopped" or None)
