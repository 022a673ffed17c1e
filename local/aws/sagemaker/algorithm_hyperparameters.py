"""The hyperparameters of the built-in object-detection algorithm, as its documentation lists them.

Source: Amazon SageMaker developer guide, object-detection-api-config.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.aws.sagemaker.job import JobFailed


@dataclass(frozen=True, slots=True)
class _Rule:
    parse: Callable[[str], Any]
    holds: Callable[[Any], bool]
    wanted: str
    default: Any = None
    required: bool = False


def _at_least(low: int, default: int | None = None, *, required: bool = False) -> _Rule:
    return _Rule(
        int, lambda value: value >= low, f"an integer of at least {low}", default, required
    )


def _between(low: float, high: float, default: float, *, closed: bool) -> _Rule:
    return _Rule(
        float,
        lambda value: low < value <= high if closed else low < value < high,
        f"a number above {low} and {'up to' if closed else 'below'} {high}",
        default,
    )


def _one_of(*values: str) -> _Rule:
    return _Rule(str, lambda value: value in values, f"one of {', '.join(values)}", values[0])


def _text() -> _Rule:
    return _Rule(str, lambda _value: True, "text", "")


_RULES: Mapping[str, _Rule] = {
    "num_classes": _at_least(1, required=True),
    "num_training_samples": _at_least(1, required=True),
    "base_network": _one_of("vgg-16", "resnet-50"),
    "use_pretrained_model": _one_of("0", "1"),
    "epochs": _at_least(1, 30),
    "early_stopping": _one_of("False", "True"),
    "early_stopping_min_epochs": _at_least(1, 10),
    "early_stopping_patience": _at_least(1, 5),
    "early_stopping_tolerance": _Rule(
        float, lambda value: 0 <= value <= 1, "a number from 0 to 1", 0.0
    ),
    "freeze_layer_pattern": _text(),
    "image_shape": _at_least(300, 300),
    "kv_store": _one_of("device", "dist_sync", "dist_async"),
    "label_width": _at_least(1, 350),
    "learning_rate": _between(0, 1, 0.001, closed=True),
    "lr_scheduler_factor": _between(0, 1, 0.1, closed=False),
    "lr_scheduler_step": _text(),
    "mini_batch_size": _at_least(1, 32),
    "momentum": _between(0, 1, 0.9, closed=True),
    "nms_threshold": _between(0, 1, 0.45, closed=True),
    "nms_topk": _at_least(1, 400),
    "optimizer": _one_of("sgd", "adam", "rmsprop", "adadelta"),
    "overlap_threshold": _between(0, 1, 0.5, closed=True),
    "weight_decay": _between(0, 1, 0.0005, closed=False),
}


def checked_hyperparameters(given: Mapping[str, str]) -> dict[str, Any]:
    """Parse all hyperparameters, with the algorithm's defaults.

    Raises:
        JobFailed: an unknown name, a missing one or a value outside its range.
    """
    unknown = sorted(set(given) - set(_RULES))
    if unknown:
        raise JobFailed(
            f"ClientError: Additional hyperparameters are not allowed ({unknown[0]!r} was "
            "unexpected)"
        )
    return {name: _value(name, rule, given.get(name)) for name, rule in _RULES.items()}


def _value(name: str, rule: _Rule, text: str | None) -> Any:
    if text is None:
        if rule.required:
            raise JobFailed(f"ClientError: {name!r} is a required hyperparameter")
        return rule.default
    try:
        value = rule.parse(text)
    except ValueError:
        value = None
    if value is None or not rule.holds(value):
        raise JobFailed(f"ClientError: hyperparameter {name!r} is {rule.wanted}, found {text!r}")
    return value
