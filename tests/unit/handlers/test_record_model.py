"""An execution has succeeded when its last step has, and Record Model may not be the last."""

from typing import Any

import msgspec
import pytest

from lambdas.contract import Metric
from lambdas.handlers import record_model
from lambdas.settings import RecordModelSettings
from tests.unit.handlers.evaluation_chain import CONTEXT
from tests.unit.jobs.factories import any_dataset, any_execution, any_job, any_outcome


@pytest.mark.parametrize(
    ("evaluation", "expected"),
    [
        ("on", {Metric.BILLED_INSTANCE_SECONDS}),
        ("off", {Metric.BILLED_INSTANCE_SECONDS, Metric.EXECUTIONS_SUCCEEDED}),
    ],
)
def test_only_the_last_step_counts_an_execution_as_succeeded(
    monkeypatch: pytest.MonkeyPatch, evaluation: Any, expected: set[Metric]
) -> None:
    measured: set[Metric] = set()
    configured = RecordModelSettings(bucket="bucket", evaluation=evaluation)
    monkeypatch.setattr(record_model, "settings", lambda _: configured)
    monkeypatch.setattr(record_model, "outcome_of", lambda *_, **__: any_outcome())
    monkeypatch.setattr(record_model, "write_outcome", lambda *_: None)
    monkeypatch.setattr(record_model, "measure", lambda metric, _: measured.add(metric))

    record_model.handler(
        msgspec.to_builtins(
            {"dataset": any_dataset(), "training_job": any_job(), "execution": any_execution()}
        ),
        CONTEXT,
    )

    assert measured == expected
