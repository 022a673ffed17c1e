"""Tells AWS's passing faults from those that stay."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions
from botocore.exceptions import ClientError

from lambdas.errors import ServiceUnavailable

TRANSIENT = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)


def code(error: ClientError) -> str:
    """Return AWS's error code, such as ``ValidationException``."""
    return error.response["Error"].get("Code", "")


def message(error: ClientError) -> str:
    """Return AWS's own words."""
    return error.response["Error"].get("Message", str(error))


@contextmanager
def transient_faults_named() -> Iterator[None]:
    """Raise ``ServiceUnavailable`` for a call that AWS throttled or failed inside.

    The state machine retries that name; every other error passes through unchanged. boto3 has
    retried a few times before, within seconds; this is for outages that last longer.
    """
    try:
        yield
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if code(error) in TRANSIENT or status >= 500:
            raise ServiceUnavailable(f"{error.operation_name}: {message(error)}") from error
        raise
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
        raise ServiceUnavailable(str(error)) from error
