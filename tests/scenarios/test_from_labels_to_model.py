"""A manifest comes in, a model comes out, and the bucket tells the story."""

from tests.scenarios.pipeline import Pipeline, eventually, record

STEPS = [
    "Validate Manifest",
    "Check Images",
    "Set Images Aside",
    "Start Training Job",
    "Await Training Job",
    "Record Model",
    "Prepare Evaluation",
    "Predict",
    "Start Transform Job",
    "Await Transform Job",
    "Evaluate Model",
    "Register Model",
]


def test_a_labeling_jobs_manifest_goes_through_all_steps_to_a_registered_model(
    pipeline: Pipeline,
) -> None:
    execution = pipeline.label("dogs")

    outcome = pipeline.succeeded(execution)

    assert pipeline.states(execution) == STEPS
    bucket, _, key = outcome["model_artifact"].removeprefix("s3://").partition("/")
    assert pipeline.s3.head_object(Bucket=bucket, Key=key)["ContentLength"] > 0
    assert outcome["split"]["train"] + outcome["split"]["validation"] == 10
    assert outcome["hyperparameters"]["num_training_samples"] == str(outcome["split"]["train"])
    assert outcome["execution"] == execution


def test_the_execution_leaves_manifests_report_and_outcome_in_the_bucket(
    pipeline: Pipeline,
) -> None:
    execution = pipeline.label("stories")
    outcome = pipeline.succeeded(execution)

    name = execution.rpartition(":")[2]
    folder = f"executions/{name}/"
    kept = [key.removeprefix(folder) for key in pipeline.keys(folder)]
    left = {key for key in kept if "/" not in key}

    folders = {key.partition("/")[0] for key in kept if "/" in key}

    assert folders == {"image-checks", "evaluation", "transform-jobs"}
    assert left == {
        "train.manifest",
        "validation.manifest",
        "images.jsonl",
        "report.json",
        "report.html",
        "training-jobs.json",
        "outcome.json",
        "evaluation.json",
        "evaluation.html",
        "review.manifest",
    }
    assert pipeline.json(pipeline.layout.outcome(name)) == outcome
    assert pipeline.json(pipeline.layout.report(name))["verdict"] == "accepted"


def test_the_channels_hold_the_lines_of_the_manifest_unchanged(pipeline: Pipeline) -> None:
    manifest = pipeline.manifest("bytes")
    execution = pipeline.label("bytes", manifest)
    pipeline.succeeded(execution)

    name = execution.rpartition(":")[2]
    written = [
        pipeline.s3.get_object(Bucket=pipeline.layout.bucket, Key=key)["Body"].read()
        for key in (
            pipeline.layout.train_manifest(name),
            pipeline.layout.validation_manifest(name),
        )
    ]

    assert sorted(b"".join(written).splitlines()) == sorted(manifest.splitlines())


def test_nobody_is_left_waiting_when_the_execution_has_ended(pipeline: Pipeline) -> None:
    pipeline.succeeded(pipeline.label("tidy"))

    eventually(lambda: not pipeline.keys("callbacks/") or None)


def test_an_execution_started_by_hand_trains_on_the_newest_version(pipeline: Pipeline) -> None:
    key = "datasets/cats.manifest"
    pipeline.write(key, b"an older version\n")
    newest = pipeline.write(key, pipeline.manifest("cats"))

    outcome = pipeline.succeeded(pipeline.start(manifest=pipeline.layout.uri(key)))

    assert outcome["version_id"] == newest


def test_a_validation_manifest_given_by_hand_is_the_validation_channel(
    pipeline: Pipeline,
) -> None:
    pipeline.write("datasets/train.manifest", pipeline.manifest("given-train", images=9))
    pipeline.write("datasets/validation.manifest", pipeline.manifest("given-validation", images=4))

    outcome = pipeline.succeeded(
        pipeline.start(
            manifest=pipeline.layout.uri("datasets/train.manifest"),
            validation_manifest=pipeline.layout.uri("datasets/validation.manifest"),
        )
    )

    assert outcome["split"] == {"train": 9, "validation": 4, "test": 0}


def test_a_manifest_that_cannot_be_trained_on_never_reaches_sagemaker(pipeline: Pipeline) -> None:
    outside = record("s3://somebody-elses-bucket/1.png", (10, 10, 30, 20))

    execution = pipeline.label("outsiders", outside * 5)
    described = pipeline.ended(execution)

    assert (described["status"], described["error"]) == ("FAILED", "ManifestRejected")
    assert "image_buckets" in described["cause"]
    assert pipeline.states(execution) == ["Validate Manifest"]
    assert pipeline.training_jobs(execution) == []
    assert "manifest" not in {
        key.rpartition(".")[2]
        for key in pipeline.keys(f"executions/{execution.rpartition(':')[2]}/")
    }


def test_an_input_that_names_no_manifest_is_explained(pipeline: Pipeline) -> None:
    described = pipeline.ended(pipeline.start(Comment="Insert your JSON here"))

    assert described["error"] == "InvalidExecutionInput"
    assert 'Start the execution with {\\"manifest\\": \\"s3://bucket/key\\"}' in described["cause"]


def test_a_manifest_that_does_not_exist_is_explained(pipeline: Pipeline) -> None:
    described = pipeline.ended(pipeline.start(manifest=pipeline.layout.uri("no/such.manifest")))

    assert described["error"] == "ManifestNotReadable"
    assert "no/such.manifest does not exist" in described["cause"]


def test_a_manifest_in_a_foreign_bucket_is_not_read(pipeline: Pipeline) -> None:
    pipeline.s3.create_bucket(Bucket="a-foreign-bucket")
    pipeline.s3.put_object(Bucket="a-foreign-bucket", Key="m", Body=pipeline.manifest("foreign"))

    described = pipeline.ended(pipeline.start(manifest="s3://a-foreign-bucket/m"))

    assert described["error"] == "ManifestNotReadable"
    assert "image_buckets" in described["cause"]
