"""A Map Run without a state machine around it: what its children become, and when it ends."""

from __future__ import annotations

import threading

import pytest

from local.aws.clock import Clock
from local.aws.repairs.map_children import map_run_record
from local.aws.repairs.map_fields import MapFields
from local.aws.repairs.map_items import Batch
from local.aws.repairs.map_run import Child, MapRun
from local.aws.repairs.patching import ministack
from local.aws.repairs.running_execution import Execution

pytestmark = pytest.mark.usefixtures("aws")

FIELDS = MapFields({"Type": "Map"}, {}, {"QueryLanguage": "JSONata"})
PARENT = {"executionArn": "parent", "stateMachineArn": "machine", "status": "RUNNING"}


def map_run() -> MapRun:
    """A Map Run with one child."""
    run = MapRun(map_run_record(FIELDS, PARENT), Execution(PARENT, Clock()))
    run.add(Child({"executionArn": "child", "status": "RUNNING"}, Batch("{}", 1)))
    return run


def test_a_child_that_times_out_has_failed() -> None:
    def time_out(execution: Execution) -> None:
        execution.record["status"] = "TIMED_OUT"

    run = map_run()
    with pytest.raises(ministack("services.stepfunctions")._ExecutionError, match="threshold"):
        run.run(lambda child: Execution(child.record, Clock()), time_out)
    assert run.record["itemCounts"]["timedOut"] == 1


def test_a_redrive_waits_for_the_end_of_the_attempt_before() -> None:
    run = map_run()
    redrive = threading.Thread(target=run.redrive, args=(Execution(PARENT, Clock()),))
    redrive.start()
    run.end("ABORTED")
    redrive.join()
    assert run.record["status"] == "RUNNING"


def test_a_limit_that_is_a_truth_value_is_no_number() -> None:
    fields = MapFields({"Type": "Map"}, {"limit": True}, {"QueryLanguage": "JSONPath"})
    with pytest.raises(ministack("services.stepfunctions")._ExecutionError, match="valid integer"):
        fields.whole_number({"MaxConcurrencyPath": "$.limit"}, "MaxConcurrency")
