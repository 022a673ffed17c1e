"""The record of an execution's jobs: one document for training jobs, one an item for others."""

from lambdas.adapters.execution_files import S3JobRecords
from lambdas.training.kind import TRAINING
from lambdas.transform.kind import TRANSFORM
from tests.unit.adapters.in_memory_s3 import InMemoryS3
from tests.unit.jobs.factories import any_job


def test_training_jobs_are_recorded_where_they_always_were(s3: InMemoryS3) -> None:
    records = S3JobRecords("bucket", TRAINING)

    records.put_jobs("dogs", [any_job()])

    assert list(s3.objects) == ["bucket/executions/dogs/training-jobs.json"]
    assert records.jobs("dogs") == [any_job()]


def test_items_side_by_side_do_not_overwrite_each_others_record(s3: InMemoryS3) -> None:
    one, other = S3JobRecords("bucket", TRANSFORM), S3JobRecords("bucket", TRANSFORM)
    first = any_job(name="a-1", item="candidate-photos")
    second = any_job(name="b-1", item="incumbent-photos")

    one.put_jobs("dogs", [first])
    other.put_jobs("dogs", [second])

    assert list(s3.objects) == [
        "bucket/executions/dogs/transform-jobs/candidate-photos.json",
        "bucket/executions/dogs/transform-jobs/incumbent-photos.json",
    ]
    assert one.jobs("dogs") == [first, second]


def test_an_execution_without_jobs_has_none_and_not_those_of_another(s3: InMemoryS3) -> None:
    S3JobRecords("bucket", TRANSFORM).put_jobs("dogs-2", [any_job(item="candidate-photos")])

    assert S3JobRecords("bucket", TRANSFORM).jobs("dogs") == []
    assert S3JobRecords("bucket", TRAINING).jobs("dogs-2") == []
