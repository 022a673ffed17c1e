"""One execution a version of a manifest, under a name that a person recognises."""

import re

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.executions.manifest_written import (
    ObjectCreated,
    S3Bucket,
    S3Object,
    execution_input,
    execution_name,
    version_of,
)

NAME_PATTERN = re.compile(r"[0-9A-Za-z_-]{1,80}")


def created(job: str = "dogs-and-toys", version: str = "v1", bucket: str = "b") -> ObjectCreated:
    key = f"labeling/{job}/manifests/output/output.manifest"
    return ObjectCreated(S3Bucket(bucket), S3Object(key, version, "0064D3901D00059242"))


MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:pipeline"


def name_of(written: ObjectCreated, machine: str = MACHINE) -> str:
    return execution_name(written, machine)


def test_the_name_is_the_labeling_job_and_a_short_hash() -> None:
    assert re.fullmatch(r"dogs-and-toys-[0-9a-f]{12}", name_of(created()))


def test_every_delivery_of_the_same_version_asks_for_the_same_name() -> None:
    assert name_of(created()) == name_of(created())


def test_every_version_has_a_name_of_its_own() -> None:
    names = {name_of(created(version=version)) for version in ("v1", "v2", "v3")}

    assert len(names) == 3


def test_two_pipelines_that_train_on_the_same_manifest_have_executions_of_different_names() -> None:
    assert name_of(created()) != name_of(created(), f"{MACHINE}-2")


@given(st.text(min_size=1), st.text(min_size=1))
@example("dogs", "null")
@example("x" * 69, "v1")
def test_whatever_the_key_step_functions_accepts_the_name(job: str, version: str) -> None:
    assert NAME_PATTERN.fullmatch(name_of(created(job, version)))


def test_the_version_that_was_written_is_the_one_to_train_on_unless_a_newer_one_comes() -> None:
    request = execution_input(created(version="v7"))

    assert request.manifest == "s3://b/labeling/dogs-and-toys/manifests/output/output.manifest"
    assert (request.version_id, request.newest_only) == ("v7", True)


def unversioned(sequencer: str | None, version_id: str | None = None) -> ObjectCreated:
    key = "labeling/dogs/manifests/output/output.manifest"
    return ObjectCreated(S3Bucket("b"), S3Object(key, version_id, sequencer))


@pytest.mark.parametrize("version_id", [None, "null"])
def test_without_versions_every_write_has_a_name_of_its_own(version_id: str | None) -> None:
    first, again, second = (
        name_of(unversioned(sequencer, version_id))
        for sequencer in ("0064D3901D00059242", "0064d3901d00059242", "0064D3901D00059243")
    )

    assert first == again
    assert first != second


def test_an_event_of_an_unversioned_bucket_is_read() -> None:
    detail = {"bucket": {"name": "b"}, "object": {"key": "k", "size": 5, "sequencer": "61F0"}}

    written = msgspec.convert(detail, ObjectCreated).object

    assert version_of(written) is None
    assert written.sequencer == "61F0"


def test_an_event_that_cannot_be_told_from_the_next_is_refused() -> None:
    with pytest.raises(ValueError, match="neither version-id nor sequencer"):
        name_of(unversioned(None))
