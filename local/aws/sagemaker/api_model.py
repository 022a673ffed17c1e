"""Checks SageMaker's requests and answers against the API model that botocore carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
import regex
from botocore.validate import ParamValidator

from local.aws.sagemaker.refusals import validation_error


@cache
def _model() -> Any:
    return botocore.session.get_session().get_service_model("sagemaker")


def known_action(action: str) -> bool:
    """Return whether SageMaker has an action of that name."""
    return action in _model().operation_names


def validate(action: str, request: dict[str, Any]) -> None:
    """Check types, required members, lengths, ranges, enums and patterns.

    Raises:
        RequestRefused: ValidationException that names every member at fault.
    """
    shape = _model().operation_model(action).input_shape
    report = ParamValidator().validate(request, shape)
    if report.has_errors():
        raise validation_error(report.generate_report())
    problems = list(_problems(request, shape, ""))
    if problems:
        count = len(problems)
        noun = "error" if count == 1 else "errors"
        raise validation_error(f"{count} validation {noun} detected: {'; '.join(problems)}")


def check_answer(action: str, answer: dict[str, Any]) -> None:
    """Check that SageMaker's answers have the members of this one, in the same types.

    Raises:
        ValueError: a member is unknown or of another type. Absent ones are left alone: a job that
            failed has no model, which the API model says is required.
    """
    shape = _model().operation_model(action).output_shape
    report = ParamValidator().validate(answer, shape).generate_report() if shape else ""
    problems = [line for line in report.splitlines() if not line.startswith("Missing required")]
    if problems:
        raise ValueError(f"the embedded AWS answers {action} wrongly: {problems}")


def _problems(value: Any, shape: Any, path: str) -> Iterator[str]:
    check = _CHECKS.get(shape.type_name)
    if check is not None:
        yield from check(value, shape, path)


def _structure_problems(value: Any, shape: Any, path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        if name in value:
            yield from _problems(value[name], member, _join(path, name))


def _list_problems(value: Any, shape: Any, path: str) -> Iterator[str]:
    yield from _limit(len(value), value, shape, path, "length")
    for position, item in enumerate(value, start=1):
        yield from _problems(item, shape.member, f"{path}.{position}.member")


def _map_problems(value: Any, shape: Any, path: str) -> Iterator[str]:
    yield from _limit(len(value), value, shape, path, "length")
    for key, item in value.items():
        yield from _problems(key, shape.key, f"{path}.{key}.key")
        yield from _problems(item, shape.value, f"{path}.{key}.member")


def _number_problems(value: Any, shape: Any, path: str) -> Iterator[str]:
    yield from _limit(value, value, shape, path, "value")


def _string_problems(value: str, shape: Any, path: str) -> Iterator[str]:
    yield from _limit(len(value), value, shape, path, "length")
    if shape.enum and value not in shape.enum:
        yield _sentence(value, path, f"satisfy enum value set: [{', '.join(shape.enum)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        yield _sentence(value, path, f"satisfy regular expression pattern: {pattern}")


_CHECKS: Mapping[str, Callable[[Any, Any, str], Iterator[str]]] = {
    "structure": _structure_problems,
    "list": _list_problems,
    "map": _map_problems,
    "string": _string_problems,
    "integer": _number_problems,
    "long": _number_problems,
    "float": _number_problems,
    "double": _number_problems,
}


def _limit(measure: float, value: Any, shape: Any, path: str, what: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    have = f"have {what}"
    if low is not None and measure < low:
        yield _sentence(value, path, f"{have} greater than or equal to {low}")
    if high is not None and measure > high:
        yield _sentence(value, path, f"{have} less than or equal to {high}")


def _sentence(value: Any, path: str, rule: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: Member must {rule}"


def _join(path: str, name: str) -> str:
    member = name[0].lower() + name[1:]
    return f"{path}.{member}" if path else member


@cache
def _compiled(pattern: str) -> Any:
    """Compile one of AWS's patterns, which are Java's, with classes such as letters and digits."""
    return regex.compile(pattern, regex.DOTALL)
