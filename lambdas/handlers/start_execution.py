"""Starts one execution for each version of a manifest that a labeling job writes."""

from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.executions import StepFunctionsExecutions
from lambdas.adapters.observability import about_execution, logger, measure, observed
from lambdas.contract import Metric
from lambdas.executions.manifest_written import ObjectCreated, execution_input, execution_name
from lambdas.settings import StartExecutionSettings


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, str]:
    """Take an S3 ``Object Created`` event from EventBridge."""
    created = msgspec.convert(event["detail"], ObjectCreated)
    state_machine_arn = settings(StartExecutionSettings).state_machine_arn
    name = execution_name(created, state_machine_arn)
    about_execution(name)
    started = StepFunctionsExecutions().start(
        state_machine_arn, name, msgspec.json.encode(execution_input(created))
    )
    if started:
        measure(Metric.EXECUTIONS_STARTED, 1)
    logger.info("execution %s %s", name, "started" if started else "had been started before")
    return {"execution": name}
