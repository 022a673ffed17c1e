"""Errors of the training service: refused requests and failed jobs."""

from __future__ import annotations


class RequestRefused(Exception):
    """A SageMaker API call is answered with an error."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class JobFailed(Exception):
    """A training job ends as Failed; the text is its FailureReason."""


def validation_error(message: str) -> RequestRefused:
    """The error SageMaker answers a request with that breaks a constraint."""
    return RequestRefused("ValidationException", message)
