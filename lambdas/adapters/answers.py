"""What transform jobs have answered, read from S3 with many requests at once."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from botocore.exceptions import ClientError, IncompleteReadError

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import code, transient_faults_named
from lambdas.adapters.documents import keys_below
from lambdas.adapters.manifest_objects import split_uri
from lambdas.errors import ServiceUnavailable

AHEAD = 4 * clients.S3_REQUESTS
"""Answers that are read before they are asked for; each has up to 50 kB, with 400 boxes."""


class S3Answers:
    """Implements ``lambdas.evaluation.comparison.Answers``."""

    def listed(self, output: str) -> Iterator[str]:
        """Return the S3 URIs of all files below a prefix."""
        bucket, prefix = split_uri(output)
        return (f"s3://{bucket}/{key}" for key in keys_below(bucket, prefix))

    def read(self, uris: Iterable[str]) -> Iterator[bytes]:
        """Return the content of each file, in this order, a few ahead of whoever takes it."""
        waiting = iter(uris)
        with ThreadPoolExecutor(clients.S3_REQUESTS) as readers:
            ahead: deque[Future[bytes]] = deque(
                readers.submit(_content, uri) for uri in islice(waiting, AHEAD)
            )
            try:
                while ahead:
                    yield ahead.popleft().result()
                    ahead.extend(readers.submit(_content, uri) for uri in islice(waiting, 1))
            finally:
                readers.shutdown(cancel_futures=True)


def _content(uri: str) -> bytes:
    bucket, key = split_uri(uri)
    with transient_faults_named():
        try:
            return clients.s3().get_object(Bucket=bucket, Key=key)["Body"].read()
        except IncompleteReadError as error:
            raise ServiceUnavailable(f"The download of {uri} broke off: {error}") from error
        except ClientError as error:
            if code(error) == "NoSuchKey":
                raise ServiceUnavailable(f"{uri} is gone since it was listed") from error
            raise
