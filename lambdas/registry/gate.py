"""The gate: whether a model's figures are what the settings ask for, and who approves it then."""

from collections.abc import Iterator
from typing import Literal

from lambdas.messages.evaluation import Evaluated, Gate
from lambdas.settings import RegisterModelSettings

Approval = Literal["Approved", "PendingManualApproval", "Rejected"]

_DIGITS = 9
"""Of a difference, so that .8 - .6 is not above .2."""


def judge_figures(found: Evaluated, settings: RegisterModelSettings) -> Gate:
    """Return what a model falls short of.

    A figure that could not be measured falls short of any floor. Without an incumbent there is
    nothing to lose; where there is one that could not be measured on the same images, how much is
    lost cannot be judged.
    """
    failures = [*_below_floors(found, settings)]
    not_judged: list[str] = []
    if settings.max_map_loss is not None and found.incumbent is not None:
        if found.ap is None:
            failures.append("AP was not measured, but max_map_loss is set")
        elif found.incumbent_ap is None:
            why = found.not_compared or "there is nothing to measure it on"
            not_judged.append(f"max_map_loss: {found.incumbent} is not compared: {why}")
        elif (lost := round(found.incumbent_ap - found.ap, _DIGITS)) > settings.max_map_loss:
            failures.append(
                f"AP {found.ap:.4f} is {lost:.4f} below the {found.incumbent_ap:.4f} of"
                f" {found.incumbent} on the same images; max_map_loss allows"
                f" {settings.max_map_loss:g}"
            )
    return Gate(passed=not failures, failures=failures, not_judged=not_judged)


def approval_of(gate: Gate, approval: Literal["manual", "automatic"]) -> Approval:
    """Return the status that a model gets: a person decides where the gate could not."""
    if not gate.passed:
        return "Rejected"
    if approval == "manual" or gate.not_judged:
        return "PendingManualApproval"
    return "Approved"


def verdict_text(gate: Gate) -> str:
    """Return the verdict in words."""
    if not gate.passed:
        return f"Below the gate: {'; '.join(gate.failures)}."
    if gate.not_judged:
        return f"For a person to judge: {'; '.join(gate.not_judged)}."
    return "Not below the gate."


def _below_floors(found: Evaluated, settings: RegisterModelSettings) -> Iterator[str]:
    floors = (
        ("AP", found.ap, "min_map", settings.min_map),
        ("AP50", found.ap50, "min_map50", settings.min_map50),
    )
    for name, figure, setting, floor in floors:
        if floor is None:
            continue
        if figure is None:
            yield f"{name} was not measured, but {setting} asks for {floor:g}"
        elif figure < floor:
            yield f"{name} {figure:.4f} is below the {floor:g} of {setting}"
