"""What labelers and key names may contain stays text: it is not run, not believed, not followed."""

import json

import pytest

from tests.scenarios.pipeline import PICTURE, Pipeline, eventually, record

FORGED = "2026-01-15 ERROR nothing is wrong"
HOSTILE_NAME = f"<script>alert(1)</script>\u202egnp.exe\n{FORGED}\x1b[31m"
HOSTILE_JOB = "<img src=x onerror=alert(1)> ..;rm -rf $(HOME) \u202e"


def named(line: bytes, class_name: str) -> bytes:
    changed = json.loads(line)
    changed["bb-metadata"]["class-map"] = {"0": class_name}
    return json.dumps(changed).encode() + b"\n"


def hostile_manifest(pipeline: Pipeline, *, broken: bool) -> bytes:
    lines = []
    for number in range(6):
        key = f"images/../{number}/<b>.png"
        pipeline.s3.put_object(Bucket=pipeline.layout.bucket, Key=key, Body=PICTURE)
        left = 95 if broken else 10
        lines.append(named(record(pipeline.layout.uri(key), (left, 10, 30, 20)), HOSTILE_NAME))
    return b"".join(lines)


def started_by(pipeline: Pipeline, body: bytes) -> str:
    """Write a manifest below a hostile key; return the execution."""
    before = set(all_executions(pipeline))
    pipeline.write(pipeline.manifest_key(HOSTILE_JOB), body)
    return eventually(lambda: next(iter(set(all_executions(pipeline)) - before), None))


def all_executions(pipeline: Pipeline) -> list[str]:
    listed = pipeline.stepfunctions.list_executions(stateMachineArn=pipeline.machine)
    return [each["executionArn"] for each in listed["executions"]]


def logged(pipeline: Pipeline) -> list[str]:
    logs = pipeline.aws.client("logs")
    groups = logs.describe_log_groups()["logGroups"]
    return [
        event["message"]
        for group in groups
        for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
    ]


@pytest.mark.parametrize("broken", [False, True], ids=["accepted", "rejected"])
def test_hostile_names_run_nowhere_and_leave_nothing_elsewhere(
    pipeline: Pipeline, broken: bool
) -> None:
    body = hostile_manifest(pipeline, broken=broken)
    before = set(pipeline.keys(""))

    execution = started_by(pipeline, body)
    described = pipeline.ended(execution)

    name = execution.rpartition(":")[2]
    assert described["status"] == ("FAILED" if broken else "SUCCEEDED")
    own = (f"executions/{name}/", "models/gt-train-", pipeline.manifest_key(HOSTILE_JOB))
    written = set(pipeline.keys("")) - before
    assert [key for key in written if not key.startswith(own)] == []
    page = (
        pipeline.s3.get_object(
            Bucket=pipeline.layout.bucket, Key=pipeline.layout.report_page(name)
        )["Body"]
        .read()
        .decode()
    )
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert [line for line in logged(pipeline) if line.startswith(FORGED)] == []


@pytest.mark.parametrize(
    "line",
    [
        b'{"source-ref":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"source-ref":"s3://b/1.jpg","bb":' + b"9" * 1_000_000 + b"}",
        b"\x00\xff\xfe" * 10_000,
        b"x" * 30_000_000,
    ],
    ids=["deep nesting", "a million digits", "no text", "a line without end"],
)
def test_a_line_that_is_an_attack_is_only_an_invalid_line(pipeline: Pipeline, line: bytes) -> None:
    name = f"attack-{len(line)}"
    good = pipeline.manifest(name, images=30)

    outcome = pipeline.succeeded(pipeline.label(name, good + line + b"\n"))

    assert outcome["records"]["invalid"] == 1
    assert outcome["records"]["usable"] == 30


def test_a_task_token_is_no_manifest_and_goes_nowhere(pipeline: Pipeline) -> None:
    hold = pipeline.aws.training.faults.hold_next_job()
    waiting = pipeline.label("waiting")
    (key,) = pipeline.keys(pipeline.layout.callbacks_of(pipeline.waits_for_job(waiting)))
    token = pipeline.json(key)["task_token"]

    described = pipeline.ended(pipeline.start(manifest=pipeline.layout.uri(key)))

    assert described["error"] == "InvalidExecutionInput"
    hold.release()
    pipeline.succeeded(waiting)
    for written in pipeline.keys(""):
        body = pipeline.s3.get_object(Bucket=pipeline.layout.bucket, Key=written)["Body"].read()
        assert token.encode() not in body, written
