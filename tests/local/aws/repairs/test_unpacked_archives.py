"""Code and layers are unpacked once for all workers."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from tests.local.aws.sandbox import Sandbox, unique

SOURCE = """
    import os, kept_in_a_layer
    def handler(event, context):
        return [os.path.realpath(__file__), os.path.realpath(kept_in_a_layer.__file__)]
"""


def layer(sandbox: Sandbox, content: str) -> str:
    """Publish a layer with one module; return its ARN."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("python/kept_in_a_layer.py", content)
    published = sandbox.functions.publish_layer_version(
        LayerName=unique("layer"), Content={"ZipFile": packed.getvalue()}
    )
    arn: str = published["LayerVersionArn"]
    return arn


def invoked(sandbox: Sandbox, function: str) -> Any:
    """What a function answers."""
    response = sandbox.functions.invoke(FunctionName=function)
    body = response["Payload"].read()
    assert "FunctionError" not in response, body
    return json.loads(body)


def test_functions_of_one_layer_share_one_copy(sandbox: Sandbox) -> None:
    layers = [layer(sandbox, "")]
    first, second = (invoked(sandbox, sandbox.function(SOURCE, Layers=layers)) for _ in range(2))
    assert first[1] == second[1]


def test_other_code_and_other_layers_are_copies_of_their_own(sandbox: Sandbox) -> None:
    first = invoked(sandbox, sandbox.function(SOURCE, Layers=[layer(sandbox, "")]))
    other = SOURCE.replace("import os,", "import os, sys,")
    second = invoked(sandbox, sandbox.function(other, Layers=[layer(sandbox, "changed = 1")]))
    assert first[0] != second[0]
    assert first[1] != second[1]
