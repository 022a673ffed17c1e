"""Hyperparameters of the built-in object-detection algorithm: what may be set, and the defaults.

Names, ranges and spellings: SageMaker Developer Guide, object-detection-api-config.html.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import Meta

from stacks.settings.checks import check_ascending, check_regular_expression
from stacks.settings.parsing import SettingRefused, from_text, parse_value, shown, unknown_key
from stacks.settings.value_types import ShareAboveZero

AtLeastOne = Annotated[int, Meta(ge=1, description="a whole number of 1 or more")]
AboveZeroToOne = Annotated[float, Meta(gt=0, le=1, description="a number above 0, at most 1")]
ZeroToOne = Annotated[float, Meta(ge=0, le=1, description="a number from 0 to 1")]

ALLOWED: Mapping[str, Any] = {
    "base_network": Annotated[
        Literal["resnet-50", "vgg-16"], Meta(description='"resnet-50" or "vgg-16"')
    ],
    "use_pretrained_model": Annotated[Literal[0, 1], Meta(description="0 or 1")],
    "epochs": AtLeastOne,
    "early_stopping": Annotated[Literal["True", "False"], Meta(description='"True" or "False"')],
    "early_stopping_min_epochs": AtLeastOne,
    "early_stopping_patience": AtLeastOne,
    "early_stopping_tolerance": ZeroToOne,
    "freeze_layer_pattern": Annotated[
        str,
        Meta(min_length=1, max_length=256, description="a regular expression of layer names"),
        check_regular_expression,
    ],
    "image_shape": Annotated[int, Meta(ge=300, description="a whole number of 300 or more")],
    "kv_store": Annotated[
        Literal["dist_sync", "dist_async"], Meta(description='"dist_sync" or "dist_async"')
    ],
    "label_width": Annotated[
        int,
        Meta(ge=7, description="a whole number of 7 or more: 5 for each box of an image, and 2"),
    ],
    "learning_rate": AboveZeroToOne,
    "lr_scheduler_factor": ShareAboveZero,
    "lr_scheduler_step": Annotated[
        str,
        Meta(
            pattern=r"^([1-9][0-9]{0,5}(,[1-9][0-9]{0,5})*)?\Z",
            max_length=256,
            description='epochs in ascending order such as "3,6", or "" for none',
        ),
        check_ascending,
    ],
    "mini_batch_size": AtLeastOne,
    "momentum": AboveZeroToOne,
    "nms_threshold": AboveZeroToOne,
    "optimizer": Annotated[
        Literal["sgd", "adam", "rmsprop", "adadelta"],
        Meta(description='"sgd", "adam", "rmsprop" or "adadelta"'),
    ],
    "overlap_threshold": AboveZeroToOne,
    "weight_decay": ShareAboveZero,
}

COMPUTED: Mapping[str, str] = {
    "num_classes": "it follows from the classes of the manifest",
    "num_training_samples": "it is the number of records written to the train channel",
}
"""Hyperparameters that follow from the data: what each one is."""

DEFAULT_HYPERPARAMETERS: dict[str, str] = {
    "base_network": "resnet-50",
    "use_pretrained_model": "1",
    "epochs": "5",
    "learning_rate": "0.001",
    "lr_scheduler_step": "3",
    "lr_scheduler_factor": "0.1",
    "optimizer": "rmsprop",
    "momentum": "0.9",
    "weight_decay": "0.0005",
    "overlap_threshold": "0.5",
    "nms_threshold": "0.45",
    "image_shape": "300",
    "mini_batch_size": "8",
}


def parse_hyperparameters(path: str, value: Any) -> dict[str, str]:
    """Return hyperparameters as the API takes them, all text; numbers may be given as either.

    Raises ``SettingRefused`` for a name that does not exist or follows from the data, and for a
    value outside the documented range.
    """
    given = from_text(value, dict) if isinstance(value, str) else value
    if not isinstance(given, Mapping):
        raise SettingRefused(f"{path} = {shown(value)}: must be an object of names and values")
    return {name: _parse(f"{path}.{name}", name, each) for name, each in given.items()}


def _parse(path: str, name: str, value: Any) -> str:
    if name in COMPUTED:
        raise SettingRefused(f"{path} = {shown(value)}: cannot be set; {COMPUTED[name]}")
    if name not in ALLOWED:
        raise unknown_key(path, value, name, ALLOWED)
    given = from_text(value, ALLOWED[name]) if isinstance(value, str) else value
    if name == "early_stopping" and isinstance(given, bool):
        given = str(given)
    return _api_text(parse_value(path, given, ALLOWED[name]))


def _api_text(value: str | float) -> str:
    """Return a value as the algorithm reads it: never with an exponent."""
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)
