"""One execution a version of a manifest, under a name that a person recognises."""

import re

from hypothesis import given
from hypothesis import strategies as st

from lambdas.start_execution import ObjectCreated, S3Bucket, S3Object, execution_name

NAME_PATTERN = re.compile(r"[0-9A-Za-z_-]{1,80}")


def created(job: str = "dogs-and-toys", version: str = "v1", bucket: str = "b") -> ObjectCreated:
    key = f"labeling/{job}/manifests/output/output.manifest"
    return ObjectCreated(S3Bucket(bucket), S3Object(key, version))


def test_the_name_is_the_labeling_job_and_a_short_hash() -> None:
    assert re.fullmatch(r"dogs-and-toys-[0-9a-f]{12}", execution_name(created()))


def test_every_delivery_of_the_same_version_asks_for_the_same_name() -> None:
    assert execution_name(created()) == execution_name(created())


def test_every_version_has_a_name_of_its_own() -> None:
    names = {execution_name(created(version=version)) for version in ("v1", "v2", "v3")}

    assert len(names) == 3


@given(st.text(min_size=1), st.text(min_size=1))
def test_whatever_the_key_step_functions_accepts_the_name(job: str, version: str) -> None:
    assert NAME_PATTERN.fullmatch(execution_name(created(job, version)))
