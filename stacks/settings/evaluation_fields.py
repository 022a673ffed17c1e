"""The settings of the evaluation, the gate and the registry, as part of ``PipelineSettings``."""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from stacks.settings.checks import check_transform_instance_types
from stacks.settings.value_types import Figure, Loss, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationFields:
    """How a trained model is run and measured, what it has to reach, and who approves it."""

    evaluation: Annotated[
        Literal["on", "off"],
        Meta(description='"on" (the model is run on images that it has not seen) or "off"'),
    ] = "on"
    transform_instance_types: Annotated[
        tuple[str, ...],
        Meta(
            min_length=1,
            max_length=10,
            description="a list of 1 to 10 different instance types of the families"
            " C5, M5, P3 and G4dn, tried in this order",
        ),
        check_transform_instance_types,
    ] = ("ml.c5.xlarge", "ml.m5.xlarge", "ml.c5.2xlarge")
    max_transform_seconds: Annotated[
        int, Meta(ge=600, le=432_000, description="a whole number from 600 to 432000 (5 days)")
    ] = 14_400
    max_evaluation_images: Annotated[
        int, Meta(ge=1, le=20_000, description="a whole number from 1 to 20000")
    ] = 5_000
    max_missing_fraction: Share = 0.05
    min_map: Annotated[
        Figure | None, Meta(description="null (no floor) or a number above 0, at most 1")
    ] = None
    min_map50: Annotated[
        Figure | None, Meta(description="null (no floor) or a number above 0, at most 1")
    ] = None
    max_map_loss: Annotated[
        Loss | None, Meta(description="null (any loss) or a number from 0 to below 1")
    ] = None
    approval: Annotated[
        Literal["manual", "automatic"], Meta(description='"manual" or "automatic"')
    ] = "manual"
