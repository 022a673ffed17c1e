"""A model passes the gate exactly if it reaches every figure that the settings ask for."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.registry.gate import approval_of, judge_figures, verdict_text
from lambdas.settings import RegisterModelSettings
from tests.unit.jobs.factories import any_evaluated

VERSION = "arn:aws:sagemaker:us-east-1:111122223333:model-package/dogs/1"

shares = st.integers(0, 100).map(lambda percent: percent / 100)
figures = st.none() | shares


def percent(share: float) -> int:
    return round(100 * share)


def any_gate(**changes: Any) -> RegisterModelSettings:
    fields: dict[str, Any] = {
        "bucket": "bucket",
        "topic_arn": "topic",
        "training_image": "image",
        "model_package_group": "dogs",
        "min_map": None,
        "min_map50": None,
        "max_map_loss": None,
        "approval": "automatic",
    }
    return RegisterModelSettings(**{**fields, **changes})


@given(ap=figures, ap50=figures, min_map=figures, min_map50=figures)
@example(ap=0.5, ap50=0.5, min_map=0.5, min_map50=0.5)
def test_a_floor_is_reached_by_what_is_no_lower(
    ap: float | None, ap50: float | None, min_map: float | None, min_map50: float | None
) -> None:
    gate = judge_figures(
        any_evaluated(ap=ap, ap50=ap50), any_gate(min_map=min_map, min_map50=min_map50)
    )

    expected = [
        name
        for name, figure, floor in (("min_map", ap, min_map), ("min_map50", ap50, min_map50))
        if floor is not None and (figure is None or figure < floor)
    ]
    assert gate.passed == (not expected)
    assert len(gate.failures) == len(expected)
    for name, failure in zip(expected, gate.failures, strict=True):
        assert f" {name} " in f"{failure} ".replace(",", " ")
    assert gate.not_judged == []


@given(ap=figures, before=figures, loss=figures)
@example(ap=0.6, before=0.8, loss=0.2)
def test_no_more_is_lost_than_allowed(
    ap: float | None, before: float | None, loss: float | None
) -> None:
    found = any_evaluated(ap=ap, incumbent=VERSION, incumbent_ap=before)
    gate = judge_figures(found, any_gate(max_map_loss=loss))

    if loss is None:
        assert (gate.failures, gate.not_judged) == ([], [])
    elif ap is None:
        assert len(gate.failures) == 1
    elif before is None:
        assert gate.passed
        assert len(gate.not_judged) == 1
    else:
        assert gate.passed == (percent(before) - percent(ap) <= percent(loss))
        assert gate.not_judged == []


@given(ap=figures, before=figures)
def test_without_a_gate_every_model_passes(ap: float | None, before: float | None) -> None:
    found = any_evaluated(ap=ap, ap50=ap, incumbent=VERSION, incumbent_ap=before)
    gate = judge_figures(found, any_gate())

    assert gate.passed
    assert approval_of(gate, "automatic") == "Approved"


def test_the_first_model_has_nothing_to_lose() -> None:
    gate = judge_figures(any_evaluated(ap=0.0), any_gate(max_map_loss=0.0))
    assert (gate.passed, gate.not_judged) == (True, [])


def test_a_model_that_is_better_than_the_incumbent_loses_nothing() -> None:
    found = any_evaluated(ap=0.6, incumbent=VERSION, incumbent_ap=0.5)
    assert judge_figures(found, any_gate(max_map_loss=0.0)).passed


def test_the_loss_is_one_of_ap_not_of_ap50() -> None:
    found = any_evaluated(ap=0.5, ap50=0.1, incumbent=VERSION, incumbent_ap=0.5, incumbent_ap50=0.9)
    assert judge_figures(found, any_gate(max_map_loss=0.0)).passed


def test_everything_that_falls_short_is_said() -> None:
    found = any_evaluated(ap=0.2, ap50=0.3, incumbent=VERSION, incumbent_ap=0.5)
    gate = judge_figures(found, any_gate(min_map=0.4, min_map50=0.6, max_map_loss=0.05))

    assert verdict_text(gate) == (
        "Below the gate: AP 0.2000 is below the 0.4 of min_map; AP50 0.3000 is below the 0.6 of"
        f" min_map50; AP 0.2000 is 0.3000 below the 0.5000 of {VERSION} on the same images;"
        " max_map_loss allows 0.05."
    )


@given(ap=figures, before=figures, floor=figures, loss=figures)
def test_only_what_passed_and_was_judged_is_approved_by_itself(
    ap: float | None, before: float | None, floor: float | None, loss: float | None
) -> None:
    found = any_evaluated(ap=ap, incumbent=VERSION, incumbent_ap=before)
    gate = judge_figures(found, any_gate(min_map=floor, max_map_loss=loss))

    automatic, manual = approval_of(gate, "automatic"), approval_of(gate, "manual")
    assert (automatic == "Approved") == (gate.passed and not gate.not_judged)
    assert (automatic == "Rejected") == (manual == "Rejected") == (not gate.passed)
    assert manual != "Approved"
