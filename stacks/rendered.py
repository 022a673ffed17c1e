"""Writes the state machine as people read it to docs/: ``python -m stacks.rendered``."""

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stacks.synthesis import PROJECT, synthesize

RENDERED = PROJECT / "docs" / "state-machine.asl.json"


def rendered_definition(template: Mapping[str, Any]) -> str:
    """Return the template's state machine as indented ASL; functions have their module's name."""
    resources = template["Resources"]
    machine = next(
        each for each in resources.values() if each["Type"] == "AWS::StepFunctions::StateMachine"
    )
    _, parts = machine["Properties"]["DefinitionString"]["Fn::Join"]
    text = "".join(part if isinstance(part, str) else _named(part, resources) for part in parts)
    return json.dumps(json.loads(text), indent=2) + "\n"


def _named(reference: Mapping[str, Any], resources: Mapping[str, Any]) -> str:
    if reference == {"Ref": "AWS::Partition"}:
        return "aws"
    if resources.get(reference.get("Ref", ""), {}).get("Type") == "AWS::S3::Bucket":
        return "${bucket}"
    function, _ = reference["Fn::GetAtt"]
    handler: str = resources[function]["Properties"]["Handler"]
    return f"${{{handler.split('.')[-2]}}}"


def main() -> int:
    """Write the state machine of the default settings."""
    with tempfile.TemporaryDirectory() as outdir:
        template = json.loads(synthesize(Path(outdir)).read_text())
    RENDERED.write_text(rendered_definition(template))
    return 0


if __name__ == "__main__":
    sys.exit(main())
