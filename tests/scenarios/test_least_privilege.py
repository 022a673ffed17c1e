"""Every permission of every role is needed, and none is missing: IAM's own record of both."""

import re

import pytest

from local.aws.event_bus import matching
from tests.scenarios.grants import Grant, deployed_roles, granted, used
from tests.scenarios.pipeline import Pipeline, eventually
from tests.scenarios.test_registry import deploy

NOT_SEEN_HERE = {
    r".* (logs:(Create|Describe|Delete|Get|List|Put|Update)\w*|xray:\w+) .*": (
        "Logs and traces are written by the services themselves."
    ),
    r"(Training|EvaluationModel)Role (ecr:\w+|cloudwatch:PutMetricData) .*": (
        "The simulated job pulls no image and reports no metrics."
    ),
    r"TrainingRole s3:(PutObject|AbortMultipartUpload) .*/checkpoints/\*": (
        "Only jobs on spot capacity write checkpoints; with managed_spot_training."
    ),
    r"\w+ s3:AbortMultipartUpload .*": "Only an upload in parts that fails is aborted.",
    r"WorkflowRole s3:(GetObject .*/images\.jsonl|(GetObject|ListMulti\w+) .*/image-checks/)\*": (
        "AWS documents them for every Map Run (iam-policies-eg-dist-map.html)."
    ),
    r"(StepsAwaitTraining|EvaluationTransformAwaitTransform)JobRole s3:GetObject .*/callbacks/\*": (
        "S3 asks for it inside a DeleteObject that names an ETag (conditional-deletes.html)."
    ),
    r"\w+ s3:ListBucket .*": "Asked for only where a key is missing: 404 with it, 403 without.",
}
"""Grants that the embedded AWS never asks for (patterns of a grant's text) and why they stay."""


@pytest.fixture(scope="module")
def exercised(pipeline: Pipeline) -> Pipeline:
    """The pipeline after everything has happened to it that its functions are there for."""
    trains_on_a_version_and_on_the_newest(pipeline)
    rejects_a_manifest_and_waits_for_a_labeling_job(pipeline)
    is_answered_at_once_by_jobs_that_have_ended(pipeline)
    fails_and_is_redriven(pipeline)
    has_abandoned_jobs_stopped(pipeline)
    is_redriven_before_its_job_is_stopped(pipeline)
    is_reconciled_while_it_waits(pipeline)
    asks_for_a_job_that_exists(pipeline)
    waits_for_a_quota(pipeline)
    has_transform_jobs_stopped(pipeline)
    is_redriven_before_its_transform_job_is_stopped(pipeline)
    asks_for_a_transform_job_that_exists(pipeline)
    registers_a_model_that_replaces_another(pipeline)
    leaves_dead_letters(pipeline)
    return pipeline


def trains_on_a_version_and_on_the_newest(pipeline: Pipeline) -> None:
    pipeline.succeeded(pipeline.label("success"))
    (event,) = (
        each
        for each in pipeline.aws.events.sent("Object Created")
        if each.detail["object"]["key"] == pipeline.manifest_key("success")
    )
    pipeline.aws.events.deliver_again(event)
    pipeline.write("datasets/cats.manifest", pipeline.manifest("cats"))
    pipeline.succeeded(pipeline.start(manifest=pipeline.layout.uri("datasets/cats.manifest")))


def rejects_a_manifest_and_waits_for_a_labeling_job(pipeline: Pipeline) -> None:
    assert pipeline.ended(pipeline.label("rejected", b"{}\n"))["error"] == "ManifestRejected"
    missing = pipeline.layout.uri("no/such.manifest")
    assert pipeline.ended(pipeline.start(manifest=missing))["error"] == "ManifestNotReadable"


def is_answered_at_once_by_jobs_that_have_ended(pipeline: Pipeline) -> None:
    faults = pipeline.aws.training.faults
    faults.next_job(before_answer=True)
    pipeline.succeeded(pipeline.label("early"))
    faults.next_job(before_answer=True, fail="ClientError: Unable to parse record.")
    assert pipeline.ended(pipeline.label("early-failure"))["status"] == "FAILED"


def fails_and_is_redriven(pipeline: Pipeline) -> None:
    pipeline.aws.training.faults.lack_capacity("ml.g4dn.xlarge")
    pipeline.succeeded(pipeline.label("crowded"))
    pipeline.aws.training.faults.restore_capacity()
    pipeline.aws.training.faults.next_job(fail="ClientError: Unable to parse record.")
    execution = pipeline.label("redriven")
    assert pipeline.ended(execution)["status"] == "FAILED"
    pipeline.stepfunctions.redrive_execution(executionArn=execution)
    pipeline.succeeded(execution)


def has_abandoned_jobs_stopped(pipeline: Pipeline) -> None:
    for name, lost in (("aborted", False), ("forgotten", True)):
        if lost:
            ended = matching("Step Functions Execution Status Change", status="ABORTED")
            pipeline.aws.events.drop(ended)
        pipeline.aws.training.faults.hold_next_job()
        execution = pipeline.label(name)
        job = pipeline.waits_for_job(execution)
        pipeline.stepfunctions.stop_execution(executionArn=execution)
        if lost:
            pipeline.invoke("reconcile_jobs", {})
        wait_until_stopped(pipeline, job)


def is_redriven_before_its_job_is_stopped(pipeline: Pipeline) -> None:
    pipeline.aws.events.drop(matching("Step Functions Execution Status Change", status="ABORTED"))
    pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("redriven-at-once")
    job = pipeline.waits_for_job(execution)
    pipeline.stepfunctions.stop_execution(executionArn=execution)
    pipeline.stepfunctions.redrive_execution(executionArn=execution)
    pipeline.succeeded(execution)
    wait_until_stopped(pipeline, job)


def wait_until_stopped(pipeline: Pipeline, job: str) -> None:
    eventually(lambda: pipeline.aws.training.jobs[job].status == "Stopped" or None)


def is_reconciled_while_it_waits(pipeline: Pipeline) -> None:
    hold = pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("reconciled")
    pipeline.waits_for_job(execution)
    assert pipeline.invoke("reconcile_jobs", {})["stopped"] == []
    hold.release()
    pipeline.succeeded(execution)


def asks_for_a_job_that_exists(pipeline: Pipeline) -> None:
    pipeline.aws.faults.kill_caller("sagemaker", "CreateTrainingJob", when="after")
    pipeline.succeeded(pipeline.label("asked-twice"))


def waits_for_a_quota(pipeline: Pipeline) -> None:
    """No instance type of the list is allowed, until the quota is raised."""
    pipeline.aws.faults.refuse("sagemaker", "CreateTrainingJob", "ResourceLimitExceeded", times=3)
    pipeline.succeeded(pipeline.label("poor"))


def waits_for_its_transform_job(pipeline: Pipeline, labeling_job: str) -> tuple[str, str]:
    pipeline.aws.transform.faults.hold_next_job()
    execution = pipeline.label(labeling_job)
    (job,) = pipeline.waits_for_transform_jobs(execution)
    return execution, job


def has_transform_jobs_stopped(pipeline: Pipeline) -> None:
    """By the event of the execution's end, by the reconcile, and because their time is over."""
    for name, lost in (("answer-aborted", False), ("answer-forgotten", True)):
        if lost:
            ended = matching("Step Functions Execution Status Change", status="ABORTED")
            pipeline.aws.events.drop(ended)
        execution, job = waits_for_its_transform_job(pipeline, name)
        pipeline.stepfunctions.stop_execution(executionArn=execution)
        if lost:
            pipeline.invoke("reconcile_jobs", {})
        pipeline.aws.transform.wait_until_finished(job)
    pipeline.invoke("reconcile_jobs", {})
    execution, job = waits_for_its_transform_job(pipeline, "answer-hung")
    pipeline.aws.transform.jobs[job].created -= 14_400
    assert pipeline.ended(execution)["error"] == "TransformTimedOut"


def is_redriven_before_its_transform_job_is_stopped(pipeline: Pipeline) -> None:
    pipeline.aws.events.drop(matching("Step Functions Execution Status Change", status="ABORTED"))
    execution, job = waits_for_its_transform_job(pipeline, "answer-redriven-at-once")
    pipeline.stepfunctions.stop_execution(executionArn=execution)
    pipeline.stepfunctions.redrive_execution(executionArn=execution)
    pipeline.succeeded(execution)
    pipeline.aws.transform.wait_until_finished(job)


def asks_for_a_transform_job_that_exists(pipeline: Pipeline) -> None:
    pipeline.aws.transform.faults.next_job(before_answer=True)
    pipeline.aws.faults.kill_caller("sagemaker", "CreateTransformJob", when="after")
    pipeline.succeeded(pipeline.label("answer-asked-twice"))
    pipeline.aws.faults.refuse("sagemaker", "CreateTransformJob", "ResourceLimitExceeded", times=3)
    pipeline.succeeded(pipeline.label("answer-poor"))
    pipeline.aws.transform.faults.next_job(before_answer=True, fail="InternalServerError: Sorry.")
    pipeline.succeeded(pipeline.label("answer-early-failure"))


def registers_a_model_that_replaces_another(pipeline: Pipeline) -> None:
    version = pipeline.succeeded(pipeline.label("incumbent"))["model_package"]
    pipeline.aws.client("sagemaker").update_model_package(
        ModelPackageArn=version, ModelApprovalStatus="Approved"
    )
    pipeline.aws.faults.kill_caller("sagemaker", "CreateModelPackage", when="after")
    pipeline.succeeded(pipeline.label("candidate"))
    deploy(pipeline, MIN_MAP="1.0")
    assert pipeline.ended(pipeline.label("below-the-gate"))["error"] == "ModelBelowGate"
    deploy(pipeline, MIN_MAP="null")


def leaves_dead_letters(pipeline: Pipeline) -> None:
    """Each function of an event fails on one that is none."""
    before = pipeline.dead_letters()
    functions = (
        "start_execution",
        "resume_execution",
        "close_execution",
        "reconcile_jobs",
    )
    pipeline.aws.faults.refuse("sagemaker", "ListTrainingJobs", "AccessDeniedException", times=3)
    for module in functions:
        pipeline.aws.client("lambda").invoke(
            FunctionName=pipeline.function(module), InvocationType="Event", Payload=b"{}"
        )
    eventually(lambda: pipeline.dead_letters() == before + len(functions) or None)


def test_no_role_asked_for_what_it_may_not_do(exercised: Pipeline) -> None:
    roles = deployed_roles(exercised).values()
    refused = {
        (each.principal, each.action, each.resource)
        for each in exercised.aws.decisions
        if not each.allowed and any(f"/{role}/" in each.principal for role in roles)
    }
    assert refused == set()


def test_every_grant_of_every_role_was_needed(exercised: Pipeline) -> None:
    unused = {text(each) for each in unused_grants(exercised)}
    unexplained = {
        each for each in unused if not any(re.fullmatch(known, each) for known in NOT_SEEN_HERE)
    }
    assert not unexplained, "\n".join(sorted(unexplained))


def test_no_exception_is_made_for_a_grant_that_is_used(exercised: Pipeline) -> None:
    unused = {text(each) for each in unused_grants(exercised)}
    assert {
        known for known in NOT_SEEN_HERE if not any(re.fullmatch(known, each) for each in unused)
    } == set()


def unused_grants(pipeline: Pipeline) -> list[Grant]:
    return [
        grant
        for role, name in deployed_roles(pipeline).items()
        for grant in granted(pipeline, role, name)
        if not any(grant.allows(*use) for use in used(pipeline, name))
    ]


def text(grant: Grant) -> str:
    return f"{grant.role} {grant.action} {grant.resource}"
