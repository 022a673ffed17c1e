"""Starts one execution for each version of a manifest that a labeling job writes."""

import logging
from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.executions import StepFunctionsExecutions
from lambdas.executions.manifest_written import ObjectCreated, execution_input, execution_name
from lambdas.settings import StartExecutionSettings

logger = logging.getLogger(__name__)


def handler(event: dict[str, Any], context: object) -> dict[str, str]:
    """Take an S3 ``Object Created`` event from EventBridge."""
    created = msgspec.convert(event["detail"], ObjectCreated)
    name = execution_name(created)
    started = StepFunctionsExecutions().start(
        settings(StartExecutionSettings).state_machine_arn,
        name,
        msgspec.json.encode(execution_input(created)),
    )
    logger.info("execution %s %s", name, "started" if started else "had been started before")
    return {"execution": name}
