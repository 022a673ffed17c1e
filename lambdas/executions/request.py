"""What an execution is started with, read by Validate Manifest."""

import msgspec

from lambdas.errors import InvalidExecutionInput
from lambdas.messages import ExecutionInput


def read_request(request: object) -> ExecutionInput:
    """Read what the execution was started with; raises ``InvalidExecutionInput``."""
    try:
        return msgspec.convert(request, ExecutionInput)
    except msgspec.ValidationError as error:
        raise InvalidExecutionInput(
            f"{error}. Start the execution with "
            '{"manifest": "s3://bucket/key"} and, if you like, "validation_manifest", '
            '"version_id" or "label_attribute".'
        ) from error
