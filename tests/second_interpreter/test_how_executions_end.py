"""An execution that ends without its training job having ended has the job stopped."""

from tests.second_interpreter.execution import ScenarioExecution


def test_an_aborted_execution_has_its_job_stopped_once(execution: ScenarioExecution) -> None:
    job = execution.write().awaited_job()
    assert execution.close("FAILED") == []
    execution.abort()
    assert execution.close("ABORTED") == [f"training job {job}"]
    assert execution.close("ABORTED") == []
    assert execution.account.jobs.stops == [job]


def test_an_execution_that_timed_out_has_its_job_stopped_and_people_are_told(
    execution: ScenarioExecution,
) -> None:
    job = execution.write().awaited_job()
    execution.account.interpreter.time_out(execution.arn)
    end = execution.ended()
    assert end["status"] == "TIMED_OUT"
    assert not {"error", "cause"} & set(end)
    assert execution.close("TIMED_OUT") == [f"training job {job}"]
    (notice,) = execution.account.notices()
    assert notice.startswith(f"Execution {execution.name} ended as TIMED_OUT.")


def test_an_end_whose_event_was_lost_is_found_by_the_reconcile(
    execution: ScenarioExecution,
) -> None:
    job = execution.write().awaited_job()
    assert execution.account.deliver("reconcile_jobs", {})["stopped"] == []
    execution.abort()
    assert execution.account.deliver("reconcile_jobs", {})["stopped"] == [job]
