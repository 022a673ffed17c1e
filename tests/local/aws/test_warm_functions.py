"""Functions that are started before they are invoked."""

from __future__ import annotations

import json

from local.aws.embedded_aws import EmbeddedAws
from local.aws.repairs.patching import ministack
from local.aws.warm_functions import WarmFunctions
from tests.local.aws.sandbox import Sandbox, eventually, unique

SOURCE = """
    import boto3, os
    boto3.client("s3").put_object(
        Bucket=os.environ["BUCKET"], Key=f"{os.environ['STARTED']}/{os.getpid()}", Body=b""
    )
    def handler(event, context):
        return os.getpid()
"""


def function(sandbox: Sandbox, mark: str) -> str:
    """A function that leaves a mark when it starts; return its name."""
    variables = {"BUCKET": sandbox.bucket, "STARTED": mark}
    arn = sandbox.function(SOURCE, Environment={"Variables": variables})
    return arn.rpartition(":")[2]


def started(sandbox: Sandbox, mark: str) -> list[str]:
    """The processes in which a function has been started."""
    listed = sandbox.s3.list_objects_v2(Bucket=sandbox.bucket, Prefix=f"{mark}/")
    return [each["Key"].rpartition("/")[2] for each in listed.get("Contents", [])]


def test_a_warm_function_is_invoked_in_the_process_that_was_started(
    sandbox: Sandbox, aws: EmbeddedAws
) -> None:
    mark = unique("mark")
    name = function(sandbox, mark)
    aws.warm_functions.start(["no-such-function", name])
    (process,) = eventually(lambda: started(sandbox, mark))
    eventually(lambda: not ministack("core.lambda_runtime").workers_in_use())
    answer = sandbox.functions.invoke(FunctionName=name)["Payload"].read()
    assert str(json.loads(answer)) == process
    assert started(sandbox, mark) == [process]


def test_none_is_started_once_it_is_stopped(sandbox: Sandbox) -> None:
    mark, warm = unique("mark"), WarmFunctions()
    name = function(sandbox, mark)
    warm.stop()
    warm.start([name])
    warm.stop()
    assert started(sandbox, mark) == []
