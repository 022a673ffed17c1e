"""What the template deploys, with the names that its resources get in moto's account."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.infrastructure.templates import PSEUDO_PARAMETERS, Template

ACCOUNT = "123456789012"
"""moto's own."""
REGION = PSEUDO_PARAMETERS["AWS::Region"]
BUCKET = "pipeline-bucket"
MACHINE = "training"
MACHINE_ARN = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{MACHINE}"
TOPIC = "notifications"
TOPIC_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:{TOPIC}"


@dataclass(frozen=True, slots=True)
class Deployed:
    """The state machine's definition, and the environment of each function by its module."""

    definition: str
    environments: Mapping[str, Mapping[str, str]]


def deployed(template: Template) -> Deployed:
    """Return what a template deploys; nothing is changed but references to resources."""
    names = _names(template)
    return Deployed(
        definition=json.dumps(_named(template.state_machine(), names)),
        environments={
            module: _named(function["Environment"]["Variables"], names)
            for module, function in template.functions().items()
        },
    )


def _names(template: Template) -> dict[str, str]:
    """Return the physical name by what ``Template.plain`` says for a reference."""
    names = {f"<{each}>": BUCKET for each in template.of_type("S3::Bucket")}
    names |= {f"<{each}>": TOPIC_ARN for each in template.of_type("SNS::Topic")}
    names |= {f"<{each}>": MACHINE_ARN for each in template.of_type("StepFunctions::StateMachine")}
    names |= {
        f"<{each}.Arn>": f"arn:aws:iam::{ACCOUNT}:role/{each}"
        for each in template.of_type("IAM::Role")
    }
    for each, function in template.of_type("Lambda::Function").items():
        module = function["Properties"]["Handler"].split(".")[-2]
        names[f"<{each}.Arn>"] = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{module}"
    return names


def _named(value: Any, names: Mapping[str, str]) -> Any:
    return json.loads(re.sub(r"<\w+(\.Arn)?>", lambda found: names[found[0]], json.dumps(value)))
