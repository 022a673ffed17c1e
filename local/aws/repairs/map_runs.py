"""Distributed Map of the embedded Step Functions: its Map Runs, their children and their API."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from local.aws.repairs.authorization import Authorizer
from local.aws.repairs.history import add_event, details_of
from local.aws.repairs.map_children import child_record, map_run_record
from local.aws.repairs.map_fields import MapFields
from local.aws.repairs.map_items import batches, given_items, read_items
from local.aws.repairs.map_results import MapResults
from local.aws.repairs.map_role import MapRole
from local.aws.repairs.map_run import Child, MapRun
from local.aws.repairs.map_run_api import MapRunApi
from local.aws.repairs.patching import Patches, ministack
from local.aws.repairs.running_execution import Execution, ExecutionStopped, current_execution
from local.aws.repairs.state_fields import task_output
from local.aws.repairs.state_machines import StateMachines

Record = dict[str, Any]


class MapRuns:
    """Repair of Map states in distributed mode, which AWS runs as a Map Run of child executions.

    - Items are read with the exact version and the permissions of the state machine's role;
      ItemSelector, then ItemBatcher; JSONata or JSONPath.
    - Children run as executions of their own, Express or Standard, as many at once as
      MaxConcurrency says; failures are counted in items and held against the tolerance.
    - ResultWriter writes the results and their manifest.
    - A redrive of the parent runs the unsuccessful children again, in the same Map Run; stopping
      the parent stops them.

    Not repaired: readers other than ``s3:getObject``, the five minutes of an Express child.
    """

    def __init__(
        self, machines: StateMachines, client: Callable[..., Any], authorizer: Authorizer
    ) -> None:
        self._machines = machines
        self._client = client
        self._authorizer = authorizer
        self._runs: dict[str, MapRun] = {}
        self._unsuccessful: dict[tuple[str, str], MapRun] = {}

    def install(self, patches: Patches) -> None:
        """Put the repair in place."""
        service = ministack("services.stepfunctions")
        patches.wrap(service, "_run_map_items", self._execute)
        MapRunApi(self._runs).install(patches)

    def _execute(self, inline: Any, state: Any, data: Any, record: Any, context: Any) -> Any:
        service = ministack("services.stepfunctions")
        fields = MapFields(state, data, context)
        if fields.processor.get("ProcessorConfig", {}).get("Mode") != "DISTRIBUTED":
            return inline(state, data, record, context)
        try:
            result = self._result(fields, record)
        except service._ExecutionError as error:
            if error.error == "States.Runtime":
                error.cause = f"{_place(record, context['State']['Name'])} {error.cause}"
            raise
        return task_output(state, data, context, result), service._next_or_end(state)

    def _result(self, fields: MapFields, record: Record) -> Any:
        parent = current_execution()
        role = MapRole(parent, self._authorizer, self._client)
        run = self._unsuccessful.pop(_key(fields, parent), None)
        if run is not None and record["events"][-1]["type"] == "ExecutionRedriven":
            run.redrive(parent)
            add_event(
                record,
                "MapRunRedriven",
                mapRunArn=run.record["mapRunArn"],
                redriveCount=run.record["redriveCount"],
            )
            return self._attempt(run, fields, role, ())
        given = given_items(fields)
        add_event(record, "MapStateStarted", length=len(given or ()))
        items = read_items(fields, role.s3) if given is None else given
        run = MapRun(map_run_record(fields, record), parent)
        self._runs[run.record["mapRunArn"]] = run
        ministack("services.stepfunctions")._map_runs[run.record["mapRunArn"]] = run.record
        add_event(record, "MapRunStarted", mapRunArn=run.record["mapRunArn"])
        return self._attempt(run, fields, role, items)

    def _attempt(self, run: MapRun, fields: MapFields, role: MapRole, items: Iterable[Any]) -> Any:
        record = run.parent.record
        try:
            result = self._run(run, fields, role, items)
        except ExecutionStopped:
            run.end("ABORTED")
            raise
        except ministack("services.stepfunctions")._ExecutionError as error:
            run.end("FAILED")
            add_event(record, "MapRunFailed", error=error.error, cause=error.cause)
            add_event(record, "MapStateFailed")
            raise
        run.end("SUCCEEDED")
        add_event(record, "MapRunSucceeded")
        add_event(record, "MapStateSucceeded")
        return result

    def _run(self, run: MapRun, fields: MapFields, role: MapRole, items: Iterable[Any]) -> Any:
        """Run the children and return the state's result; results of a failure are written, too."""
        role.require_children(run)
        results = MapResults(fields, run)
        results.require_permission(role)
        for batch in batches(fields, items):
            run.add(Child(child_record(run.record, batch, express=_is_express(fields)), batch))
        self._unsuccessful[_key(fields, run.parent)] = run
        try:
            self._run_children(run, fields)
        except ministack("services.stepfunctions")._ExecutionError:
            results.collect(role.s3())
            raise
        result = results.collect(role.s3())
        del self._unsuccessful[_key(fields, run.parent)]
        return result

    def _run_children(self, run: MapRun, fields: MapFields) -> None:
        language = {"QueryLanguage": "JSONata" if fields.is_jsonata else "JSONPath"}
        definition = language | fields.processor

        def start(child: Child) -> Execution:
            if child.execution is None:
                return self._machines.start_child(child.record)
            if not child.execution.is_express:
                return self._machines.next_run(child.execution)
            child.record = child_record(run.record, child.batch, express=True)
            return self._machines.start_child(child.record)

        def work(execution: Execution) -> None:
            self._machines.run(execution, definition)
            if execution.is_express:
                _forget(execution)

        run.run(start, work)


def _key(fields: MapFields, parent: Execution) -> tuple[str, str]:
    return parent.record["executionArn"], fields.context["State"]["Name"]


def _is_express(fields: MapFields) -> bool:
    return bool(fields.processor["ProcessorConfig"].get("ExecutionType") == "EXPRESS")


def _forget(execution: Execution) -> None:
    """Keep of an Express child what is asked of it later: it has no history, no redrive."""
    execution.record["events"] = []
    execution.position = None


def _place(record: Record, state: str) -> str:
    entered = [
        event["id"]
        for event in record["events"]
        if event["type"] == "MapStateEntered" and details_of(event)["name"] == state
    ]
    return (
        f"An error occurred while executing the state '{state}' (entered at the event id "
        f"#{entered[-1]})."
    )
