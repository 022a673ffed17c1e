"""What an execution is started with, read by Validate Manifest."""

import msgspec

from lambdas.contract import UNVERSIONED, BucketLayout
from lambdas.errors import InvalidExecutionInput
from lambdas.messages.execution import ExecutionInput


def read_request(request: object, layout: BucketLayout) -> ExecutionInput:
    """Read what the execution was started with.

    Raises ``InvalidExecutionInput`` where it has not the form of an input, or names a file of the
    pipeline's own as a manifest.
    """
    try:
        read = msgspec.convert(request, ExecutionInput)
    except msgspec.ValidationError as error:
        raise InvalidExecutionInput(
            f"{error}. Start the execution with "
            '{"manifest": "s3://bucket/key"} and, if you like, "validation_manifest", '
            '"version_id" or "label_attribute".'
        ) from error
    for field in ("manifest", "validation_manifest"):
        _check_is_no_own_file(field, getattr(read, field), layout)
    return read


def check_versions(request: ExecutionInput, version_id: str) -> None:
    """Raise ``InvalidExecutionInput`` where nothing tells a manifest from the one written next.

    An execution that somebody starts by hand trains on what is there.
    """
    if request.newest_only and version_id == UNVERSIONED:
        bucket = request.manifest.removeprefix("s3://").partition("/")[0]
        raise InvalidExecutionInput(
            f"Bucket {bucket} keeps no versions, so that a manifest that is written twice would be "
            "trained on twice. Switch its versioning on and write the manifest again, or start an "
            "execution by hand."
        )


def _check_is_no_own_file(field: str, uri: str | None, layout: BucketLayout) -> None:
    for prefix in layout.OWN_PREFIXES:
        if uri is not None and uri.startswith(layout.uri(prefix)):
            raise InvalidExecutionInput(
                f"{field} is {uri}: what lies below {prefix} is the pipeline's own. Copy it to "
                "another prefix to train on it."
            )
