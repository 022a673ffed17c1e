"""The settings that ``Validate Manifest`` obeys: what the pipeline's owner wants of a manifest."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, Self, cast, get_args

from lambdas.settings import ManifestSettings

# The algorithm's own defaults, for hyperparameters the user did not set.
# https://docs.aws.amazon.com/sagemaker/latest/dg/object-detection-api-config.html
DEFAULT_MINI_BATCH_SIZE = 32
DEFAULT_IMAGE_SHAPE = 300
DEFAULT_EPOCHS = 30
DEFAULT_LABEL_WIDTH = 350
DEFAULT_OVERLAP_THRESHOLD = 0.5

BaseNetwork = Literal["vgg-16", "resnet-50"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Settings of one validation; a value outside its range raises ValueError naming the field.

    label_attribute: the label to train on; None discovers it.
    validation_fraction: share of the images that go to the validation channel, between 0 and 1.
    test_fraction: share of the images that no channel sees; from 0, and less than 1 together with
        validation_fraction.
    image_buckets: buckets the training role may read; empty accepts any.
    empty_images: whether images without boxes go to the channels, where they give the network no
        target, or are set aside.
    max_invalid_fraction, max_unlabeled_fraction: shares of all lines, above which the manifest
        is rejected as a whole.
    group_pattern: regular expression searched in source-ref; its first group (or the whole match)
        keys the split, so that the frames of one sequence stay on one side.
    drop_verdicts: verdicts of label verification jobs; lines that have one are set aside.
    instance_count: on how many instances the training job runs at once.
    hyperparameters: the user's, as the strings the CreateTrainingJob API takes.
    """

    label_attribute: str | None = None
    validation_fraction: float = 0.2
    test_fraction: float = 0.0
    image_buckets: frozenset[str] = frozenset()
    empty_images: Literal["keep", "drop"] = "keep"
    max_invalid_fraction: float = 0.05
    max_unlabeled_fraction: float = 0.2
    group_pattern: str | None = None
    drop_verdicts: frozenset[str] = frozenset()
    instance_count: int = 1
    hyperparameters: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.validation_fraction < 1:
            raise ValueError(f"validation_fraction is {self.validation_fraction}: use 0 < f < 1")
        if not 0 <= self.test_fraction < 1 - self.validation_fraction:
            raise ValueError(
                f"test_fraction is {self.test_fraction}: use a share from 0 that leaves some images"
                f" besides the {self.validation_fraction} of validation_fraction"
            )
        for name in ("max_invalid_fraction", "max_unlabeled_fraction"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}: use a share from 0 to 1")
        if self.empty_images not in ("keep", "drop"):
            raise ValueError(f"empty_images is {self.empty_images!r}: use 'keep' or 'drop'")
        if self.group_pattern is not None:
            _check_pattern(self.group_pattern)
        for name in ("mini_batch_size", "image_shape", "epochs", "label_width"):
            self._whole_number(name, 1)
        self._steps()
        self._check_network()

    def _check_network(self) -> None:
        if self.base_network not in get_args(BaseNetwork):
            raise ValueError(
                f"hyperparameter base_network is {self.base_network[:40]!r}: use 'vgg-16' or "
                "'resnet-50'"
            )
        if not 0 < self.overlap_threshold <= 1:
            raise ValueError(
                f"hyperparameter overlap_threshold is {self.overlap_threshold}: use 0 < f <= 1"
            )

    @classmethod
    def from_settings(
        cls,
        settings: ManifestSettings,
        *,
        image_buckets: Collection[str],
        label_attribute: str | None = None,
    ) -> Self:
        """Return what the owner's settings say of a manifest.

        ``image_buckets`` are all from which images may be read, the pipeline's own included;
        ``label_attribute`` is that of this manifest, and wins over the setting.
        """
        return cls(
            label_attribute=label_attribute or settings.label_attribute,
            validation_fraction=settings.validation_fraction,
            test_fraction=settings.test_fraction,
            image_buckets=frozenset(image_buckets),
            empty_images=settings.empty_images,
            max_invalid_fraction=settings.max_invalid_fraction,
            max_unlabeled_fraction=settings.max_unlabeled_fraction,
            group_pattern=settings.split_group_pattern,
            drop_verdicts=frozenset(settings.drop_verdicts),
            instance_count=settings.instance_count,
            hyperparameters=settings.hyperparameters,
        )

    @property
    def mini_batch_size(self) -> int:
        """Images in one batch, before it is lowered to what the train channel holds."""
        return self._whole_number("mini_batch_size", DEFAULT_MINI_BATCH_SIZE)

    @property
    def image_shape(self) -> int:
        """Side in pixels of the square every image is rescaled to."""
        return self._whole_number("image_shape", DEFAULT_IMAGE_SHAPE)

    @property
    def epochs(self) -> int:
        """Passes over the train channel."""
        return self._whole_number("epochs", DEFAULT_EPOCHS)

    @property
    def label_width(self) -> int | None:
        """The label width the user set; None leaves it to the data."""
        return self._whole_number("label_width", 0) or None

    @property
    def base_network(self) -> BaseNetwork:
        """The network that the algorithm builds on."""
        return cast("BaseNetwork", self.hyperparameters.get("base_network", "").strip() or "vgg-16")

    @property
    def overlap_threshold(self) -> float:
        """The intersection over union from which on an anchor learns a box."""
        text = self.hyperparameters.get("overlap_threshold", "").strip()
        try:
            return float(text) if text else DEFAULT_OVERLAP_THRESHOLD
        except ValueError:
            return math.nan

    @property
    def lr_scheduler_steps(self) -> tuple[int, ...]:
        """Epochs at which the learning rate is to be lowered."""
        return self._steps()

    def _whole_number(self, name: str, default: int) -> int:
        text = self.hyperparameters.get(name, "").strip()
        if not text:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
            raise ValueError(f"hyperparameter {name} is {text[:40]!r}: use a whole number >= 1")
        return int(text)

    def _steps(self) -> tuple[int, ...]:
        text = self.hyperparameters.get("lr_scheduler_step", "").strip()
        if not re.fullmatch(r"(\s*[0-9]{1,9}\s*(,\s*[0-9]{1,9}\s*)*)?", text):
            raise ValueError(
                f"hyperparameter lr_scheduler_step is {text[:40]!r}: use epochs such as '3,6'"
            )
        return tuple(int(step) for step in text.split(",") if step)


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"group_pattern is not a regular expression: {error}") from None
