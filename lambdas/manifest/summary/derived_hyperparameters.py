"""Derives the hyperparameters that follow from the data, where the owner did not set them."""

from lambdas.manifest.policy import DEFAULT_LABEL_WIDTH, Policy
from lambdas.manifest.report import SplitCounts

# A record's label as numbers: a header of two, then class, left, top, right and bottom of each
# box. The guide rounds the 52 of ten boxes up to 60.
# https://docs.aws.amazon.com/sagemaker/latest/dg/object-detection-api-config.html
HEADER = 2
NUMBERS_PER_BOX = 5
ROUNDED_TO = 10


def needed_label_width(most_boxes: int) -> int:
    """Return how many numbers the label of an image with so many boxes takes."""
    return HEADER + NUMBERS_PER_BOX * most_boxes


def batch_size(policy: Policy, train: int, validation: int) -> int:
    """Return ``mini_batch_size``, lowered to what the smaller channel holds.

    That a channel below it fails the job is documented nowhere, but the sibling algorithm for
    image classification refuses to train: "The number of input images must be bigger or equal to
    the mini_batch_size" (https://github.com/aws/amazon-sagemaker-examples/issues/1492).
    """
    return min(policy.mini_batch_size, train, validation or train)


def derived_hyperparameters(
    policy: Policy, highest_class_id: int, split: SplitCounts, most_boxes: int
) -> dict[str, str]:
    """Return the four hyperparameters that depend on the data, as the strings the API takes."""
    rounded = -(-needed_label_width(most_boxes) // ROUNDED_TO) * ROUNDED_TO
    return {
        "num_classes": str(highest_class_id + 1),
        "num_training_samples": str(split.train),
        "label_width": str(policy.label_width or max(DEFAULT_LABEL_WIDTH, rounded)),
        "mini_batch_size": str(batch_size(policy, split.train, split.validation)),
    }
