"""The images that a manifest names are looked at before a training job is paid for."""

import json
from typing import Any

from PIL import Image

from lambdas.contract import State
from tests.scenarios.pipeline import PICTURE, Pipeline, eventually, record
from tests.unit.images.images import DAMAGED, any_image, encoded, exif

SIZE = (100, 80)

BAD = {
    "image-missing": None,
    "image-empty": b"",
    "not-an-image": b"<!doctype html><title>Please log in</title>",
    "image-format-unsupported": encoded(any_image(SIZE), "GIF"),
    "image-header-broken": b"\xff\xd8\xff\xd9" + bytes(40_000),
    "image-size-differs": encoded(any_image((101, 80)), "PNG"),
    "image-rotated": encoded(any_image((80, 100)), "JPEG", exif=exif(6)),
}
"""By the rule that it breaks, an image that costs its line."""

ODD = {
    "image-channels": encoded(any_image(SIZE, "L"), "JPEG"),
    "image-depth": encoded(Image.new("I;16", SIZE), "PNG"),
    "image-end-missing": encoded(any_image(SIZE), "JPEG")[:-2],
}
"""By the rule that it breaks, an image that may be trained on."""


def manifest(pipeline: Pipeline, labeling_job: str, *images: bytes | None, good: int = 40) -> bytes:
    """Lines for images that differ: those given, of which None is not there, then good ones."""
    contents = [*images, *(PICTURE + str(number).encode() for number in range(good))]
    lines = []
    for number, content in enumerate(contents):
        key = f"images/{labeling_job}/{number:03}.png"
        if content is not None:
            pipeline.write(key, content)
        lines.append(record(pipeline.layout.uri(key), (10, 10, 30, 20)))
    return b"".join(lines)


def with_other_label(body: bytes) -> bytes:
    """The same lines with a second label, of another job over the same images."""
    lines = []
    for line in body.splitlines():
        first = json.loads(line)
        other = {name.replace("bb", "other"): value for name, value in first.items()}
        lines.append(json.dumps(other | first).encode() + b"\n")
    return b"".join(lines)


def report(pipeline: Pipeline, execution: str) -> Any:
    return pipeline.json(pipeline.layout.report(execution.rpartition(":")[2]))


def lines_by_code(pipeline: Pipeline, execution: str) -> dict[str, list[int]]:
    """The lines that image rules name in an execution's report."""
    return {
        each["code"]: each["lines"]
        for each in report(pipeline, execution)["findings"]
        if each["code"] in {*BAD, *ODD} or each["code"].startswith("image-content")
    }


def test_good_images_are_looked_at_and_trained_on(pipeline: Pipeline) -> None:
    execution = pipeline.label("good", manifest(pipeline, "good"))

    outcome = pipeline.succeeded(execution)

    assert pipeline.states(execution)[:3] == [
        State.VALIDATE_MANIFEST,
        State.CHECK_IMAGES,
        State.SET_IMAGES_ASIDE,
    ]
    assert report(pipeline, execution)["images"] == {"examined": 40, "content_unknown": 0}
    assert lines_by_code(pipeline, execution) == {}
    assert outcome["records"]["usable"] == 40


def test_every_kind_of_bad_image_costs_its_line_and_odd_ones_do_not(pipeline: Pipeline) -> None:
    unseen = DAMAGED.values()  # behind the first bytes, which are all that is looked at
    body = manifest(pipeline, "odd", *BAD.values(), *ODD.values(), *unseen, good=150)

    execution = pipeline.label("odd", body)
    outcome = pipeline.succeeded(execution)

    expected = {code: [line] for line, code in enumerate([*BAD, *ODD], 1)}
    expected["image-channels"] += expected["image-depth"]  # 16 bits, and grey
    assert lines_by_code(pipeline, execution) == expected
    name = execution.rpartition(":")[2]
    layout = pipeline.layout
    rejected = pipeline.s3.get_object(Bucket=layout.bucket, Key=layout.rejected_records(name))
    set_aside = [json.loads(line) for line in rejected["Body"].read().splitlines()]
    assert {tuple(each["codes"]): each["line"] for each in set_aside} == {
        (code,): line for line, code in enumerate(BAD, 1)
    }
    assert outcome["records"] == {
        **outcome["records"],
        "total": 166,
        "usable": 159,
        "invalid": 7,
    }
    assert outcome["hyperparameters"]["num_training_samples"] == str(outcome["split"]["train"])
    (job,) = pipeline.training_jobs(execution)
    hyperparameters = pipeline.aws.training.jobs[job].request["HyperParameters"]
    assert hyperparameters["num_training_samples"] == str(outcome["split"]["train"])


def test_an_image_that_may_not_be_read_costs_its_line(pipeline: Pipeline) -> None:
    hidden = "callbacks/hidden/0.png"  # what is there, the training role is denied
    pipeline.write(hidden, PICTURE)
    body = record(pipeline.layout.uri(hidden), (1, 1, 30, 20)) + manifest(pipeline, "denied")

    execution = pipeline.label("denied", body)
    pipeline.succeeded(execution)

    found = report(pipeline, execution)["findings"]
    (denied,) = (each for each in found if each["code"] == "image-access-denied")
    assert denied["lines"] == [1]
    assert "image_buckets" in denied["fix"]


def test_equal_images_across_the_split_are_a_leak(pipeline: Pipeline) -> None:
    execution = pipeline.label("leak", manifest(pipeline, "leak", *[PICTURE] * 20))

    pipeline.succeeded(execution)

    found = lines_by_code(pipeline, execution)
    split = report(pipeline, execution)["split"]
    assert sum(map(len, found.values())) == 19
    assert found["image-content-leaked"]
    assert split["train"] + split["validation"] == 60


def test_too_many_bad_images_reject_the_manifest_before_anything_is_paid(
    pipeline: Pipeline,
) -> None:
    execution = pipeline.label("bad", manifest(pipeline, "bad", *[None] * 5, good=20))

    described = pipeline.ended(execution)

    assert described["error"] == "ImagesRejected"
    assert "20 of 25 records are usable" in described["cause"]
    assert "image-missing x5, lines 1, 2, 3, 4, 5" in described["cause"]
    assert "Upload the image under this key" in described["cause"]
    assert pipeline.states(execution)[-1] == State.SET_IMAGES_ASIDE
    assert pipeline.training_jobs(execution) == []
    name = execution.rpartition(":")[2]
    assert pipeline.layout.train_manifest(name) in pipeline.keys("executions/")


def test_a_batch_that_could_not_be_looked_at_is_looked_at_again_by_a_redrive(
    pipeline: Pipeline,
) -> None:
    pipeline.aws.faults.refuse(
        "s3", "GetObject", "ExpiredToken", times=10_000, caller="CheckImages"
    )
    keys = {
        "manifest": "datasets/expired.manifest",
        "validation_manifest": "datasets/held-out.manifest",
    }
    for name, key in keys.items():
        pipeline.write(key, with_other_label(manifest(pipeline, name, None)))
    uris = {name: pipeline.layout.uri(key) for name, key in keys.items()}
    execution = pipeline.start(**uris, label_attribute="bb")
    described = pipeline.ended(execution)
    assert described["error"] == "States.ExceedToleratedFailureThreshold"
    assert pipeline.states(execution)[-1] == State.CHECK_IMAGES
    pipeline.aws.faults.clear()
    for key in keys.values():
        pipeline.write(key, b"written over meanwhile")

    pipeline.stepfunctions.redrive_execution(executionArn=execution)

    outcome = pipeline.succeeded(execution)
    assert outcome["split"] == {"train": 40, "validation": 40, "test": 0}
    assert report(pipeline, execution)["images"]["examined"] == 82
    found = report(pipeline, execution)["findings"]
    missing = [each for each in found if each["code"] == "image-missing"]
    assert [(each.get("manifest", "train"), each["lines"]) for each in missing] == [
        ("train", [1]),
        ("validation", [1]),
    ]


def test_an_execution_aborted_among_its_images_goes_on_where_it_was(pipeline: Pipeline) -> None:
    pipeline.aws.faults.refuse(
        "s3", "GetObject", "SlowDown", status=503, times=10_000, caller="CheckImages"
    )
    execution = pipeline.label("aborted", manifest(pipeline, "aborted"))
    pipeline.reaches(execution, State.CHECK_IMAGES)
    eventually(lambda: pipeline.map_runs(execution) or None)
    pipeline.stepfunctions.stop_execution(executionArn=execution)
    assert pipeline.ended(execution)["status"] == "ABORTED"
    pipeline.aws.faults.clear()

    pipeline.stepfunctions.redrive_execution(executionArn=execution)

    pipeline.succeeded(execution)
    assert pipeline.states(execution).count(State.VALIDATE_MANIFEST) == 1
    assert report(pipeline, execution)["images"]["examined"] == 40
    (run,) = pipeline.map_runs(execution)
    assert run["status"] == "SUCCEEDED"
