"""The training job's name is what makes starting it idempotent."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.jobs.job_name import job_name

NAME_PATTERN = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
PREFIXES = st.from_regex(r"[a-z][a-z0-9]{0,18}[a-z0-9]", fullmatch=True)


@example("gt-train", "x" * 80, 0, 0)
@example("p" * 20, "x-" * 40, 9999, 999)
@given(PREFIXES, st.text(min_size=1, max_size=80), st.integers(0, 9999), st.integers(0, 999))
def test_the_name_is_one_that_sagemaker_accepts(
    prefix: str, execution: str, attempt: int, redrives: int
) -> None:
    name = job_name(prefix, execution, f"arn:{execution}", attempt, redrives)

    assert NAME_PATTERN.fullmatch(name)
    assert len(name) <= 63
    assert name.startswith(prefix + "-")


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), min_size=2, unique=True))
def test_every_attempt_and_every_redrive_has_a_name_of_its_own(
    tries: list[tuple[int, int]],
) -> None:
    names = {job_name("gt-train", "dogs", "arn:dogs", *each) for each in tries}

    assert len(names) == len(tries)


def test_what_a_name_begins_or_ends_with_leaves_no_gap() -> None:
    assert "--" not in job_name("gt-train", "_dogs_", "arn:dogs", 0, 0)


def test_the_same_attempt_always_has_the_same_name() -> None:
    assert job_name("gt-train", "dogs", "arn:dogs", 0, 0) == "gt-train-dogs-ff0191c0-1"


def test_executions_that_differ_only_beyond_the_shortening_have_different_names() -> None:
    long = "x" * 70
    first, second = (job_name("gt-train", long + tail, f"arn:{long}{tail}", 0, 0) for tail in "ab")

    assert first != second


def test_a_person_recognises_the_execution_in_the_name() -> None:
    name = job_name("gt-train", "Dogs and Toys-3f2a9c81d0e4", "arn", 2, 1)

    assert name.startswith("gt-train-dogs-and-toys-3f2a9c81d0e4-")
    assert name.endswith("-3r1")
