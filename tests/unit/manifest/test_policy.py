from typing import Any

import pytest

from lambdas.manifest.policy import Policy


@pytest.mark.parametrize(
    "settings",
    [
        {"validation_fraction": 0.0},
        {"validation_fraction": 1.0},
        {"max_invalid_fraction": 1.5},
        {"max_unlabeled_fraction": -0.1},
        {"empty_images": "maybe"},
        {"group_pattern": "("},
        {"hyperparameters": {"mini_batch_size": "0"}},
        {"hyperparameters": {"image_shape": "large"}},
        {"hyperparameters": {"epochs": "1e3"}},
        {"hyperparameters": {"label_width": "-350"}},
        {"hyperparameters": {"lr_scheduler_step": "3;6"}},
        {"hyperparameters": {"base_network": "resnet-101"}},
        {"hyperparameters": {"overlap_threshold": "0"}},
        {"hyperparameters": {"overlap_threshold": "1.01"}},
        {"hyperparameters": {"overlap_threshold": "half"}},
    ],
)
def test_a_setting_that_can_not_be_is_refused_by_name(settings: dict[str, Any]) -> None:
    (field,) = settings.get("hyperparameters", settings)
    with pytest.raises(ValueError, match=field):
        Policy(**settings)


def test_hyperparameters_that_are_not_set_have_the_algorithms_defaults() -> None:
    policy = Policy()
    assert (policy.mini_batch_size, policy.image_shape, policy.epochs) == (32, 300, 30)
    assert (policy.base_network, policy.overlap_threshold) == ("vgg-16", 0.5)
    assert (policy.label_width, policy.lr_scheduler_steps) == (None, ())


def test_scheduler_steps_may_have_spaces() -> None:
    assert Policy(hyperparameters={"lr_scheduler_step": " 3, 6 "}).lr_scheduler_steps == (3, 6)
