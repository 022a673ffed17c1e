"""Requests that SageMaker refuses."""

from __future__ import annotations


class RequestRefused(Exception):
    """A SageMaker API call is answered with an error."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def validation_error(message: str) -> RequestRefused:
    """Make the error that SageMaker answers a request with that breaks a constraint."""
    return RequestRefused("ValidationException", message)
