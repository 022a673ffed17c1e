"""The records of Map Runs and of their children, as the API of Step Functions describes them."""

from __future__ import annotations

import uuid
from typing import Any

from local.aws.repairs.map_fields import MapFields
from local.aws.repairs.map_items import Batch
from local.aws.repairs.patching import ministack

Record = dict[str, Any]

_COUNTS = (
    "pending",
    "running",
    "succeeded",
    "failed",
    "timedOut",
    "aborted",
    "total",
    "resultsWritten",
    "failuresNotRedrivable",
    "pendingRedrive",
)


def map_run_record(fields: MapFields, execution: Record) -> Record:
    """Describe a Map Run that is about to start.

    Raises:
        _ExecutionError: a limit is not one, in the words of LocalStack's snapshots
            ``test_map_state_tolerated_failure_count_path`` and ``…_percentage_path`` (2024-06-19).
    """
    state = fields.state
    limits = {
        "maxConcurrency": fields.whole_number(state, "MaxConcurrency") or 0,
        "toleratedFailureCount": fields.whole_number(state, "ToleratedFailureCount") or 0,
        "toleratedFailurePercentage": fields.number(state, "ToleratedFailurePercentage") or 0.0,
    }
    if limits["toleratedFailureCount"] < 0:
        raise _refusal("ToleratedFailureCount cannot be negative.")
    if not 0 <= limits["toleratedFailurePercentage"] <= 100:
        raise _refusal("ToleratedFailurePercentage must be between 0 and 100.")
    machine = execution["stateMachineArn"].partition("/")[0]
    labelled = f"{machine}/{state.get('Label') or uuid.uuid4()}"
    return {
        "mapRunArn": f"{labelled.replace(':stateMachine:', ':mapRun:')}:{uuid.uuid4()}",
        "executionArn": execution["executionArn"],
        "status": "RUNNING",
        "startDate": ministack("services.stepfunctions").now_iso(),
        **limits,
        "itemCounts": dict.fromkeys(_COUNTS, 0),
        "executionCounts": dict.fromkeys(_COUNTS, 0),
        "redriveCount": 0,
        "_stateMachineArn": labelled,
    }


def child_record(map_run: Record, batch: Batch, *, express: bool) -> Record:
    """Describe a child that is pending.

    The ARN of an Express one has two ids (service authorization reference, AWS Step Functions,
    "labelledexpressexecution").
    """
    machine, name = map_run["_stateMachineArn"], str(uuid.uuid4())
    kind, ending = (":express:", f":{uuid.uuid4()}") if express else (":execution:", "")
    return {
        "executionArn": f"{machine.replace(':stateMachine:', kind)}:{name}{ending}",
        "stateMachineArn": machine,
        "mapRunArn": map_run["mapRunArn"],
        "name": name,
        "status": "PENDING",
        "startDate": None,
        "stopDate": None,
        "input": batch.input,
        "inputDetails": {"included": True},
        "output": None,
        "outputDetails": {"included": True},
        "itemCount": batch.items,
        "events": [],
    }


def _refusal(cause: str) -> Exception:
    error: Exception = ministack("services.stepfunctions")._ExecutionError("States.Runtime", cause)
    return error
