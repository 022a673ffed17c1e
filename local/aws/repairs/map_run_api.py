"""The API of Map Runs and of their children, beyond what ministack answers about them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.aws.repairs.execution_api import refusal
from local.aws.repairs.map_run import MapRun
from local.aws.repairs.patching import Patches, ministack

_NOT_OF_EXPRESS = ("_get_execution_history", "_stop_execution")


class MapRunApi:
    """Repairs of requests about Map Runs and children (API reference, the pages of the actions).

    - UpdateMapRun takes effect at once, and is for a Map Run that is in progress.
    - ListExecutions tells how many items a child has.
    - An Express child has no history and cannot be stopped by itself.
    - A permission for a Map Run is asked for by the Map Run's ARN.
    """

    def __init__(self, runs: Mapping[str, MapRun]) -> None:
        self._runs = runs

    def install(self, patches: Patches) -> None:
        """Put the repairs in place."""
        service = ministack("services.stepfunctions")
        patches.wrap(service, "_update_map_run", self._update)
        patches.wrap(service, "_list_executions", _with_item_counts)
        for operation in _NOT_OF_EXPRESS:
            patches.wrap(service, operation, _refuse_express)
        patches.wrap(ministack("core.iam_actions"), "extract_resource_arn", _map_run_resource)

    def _update(self, original: Any, request: dict[str, Any]) -> Any:
        run = self._runs.get(request["mapRunArn"])
        if run is None:
            return original(request)
        if run.record["status"] != "RUNNING":
            return refusal("ValidationException", f"The Map Run is {run.record['status']}")
        answer = original(request)
        run.wake()
        return answer


def _with_item_counts(original: Any, request: dict[str, Any]) -> Any:
    service = ministack("services.stepfunctions")
    status, headers, body = original(request)
    if status != 200 or "mapRunArn" not in request:
        return status, headers, body
    listed = json.loads(body)
    for child in listed["executions"]:
        child["itemCount"] = service._executions[child["executionArn"]]["itemCount"]
    return service.json_response(listed)


def _refuse_express(original: Any, request: dict[str, Any]) -> Any:
    if ":express:" in request.get("executionArn", ""):
        return refusal(
            "InvalidArn", "Invalid Arn: 'Resource type not valid in this context: express'"
        )
    return original(request)


def _map_run_resource(original: Any, service: str, *request: Any) -> str:
    arn = str(original(service, *request))
    if service != "states" or arn != "*":
        return arn
    return str(json.loads(request[3] or b"{}").get("mapRunArn", arn))
