"""The hyperparameters of a training job: what the user set, completed by what the data say."""

from collections.abc import Mapping


def training_hyperparameters(
    configured: Mapping[str, str], derived: Mapping[str, str]
) -> dict[str, str]:
    """Return all hyperparameters as CreateTrainingJob wants them: strings.

    ``derived`` wins: it was computed from the manifest with the configured values in view.
    ``use_pretrained_model`` is always present because the documentation and the container
    disagree on its default (documented 1, ``default-input.json`` says 0).
    """
    return {"use_pretrained_model": "1", **configured, **derived}
