"""The files of an evaluation in the pipeline's bucket."""

from collections.abc import Iterator, Mapping
from itertools import chain

import msgspec
from botocore.exceptions import ClientError

from lambdas.adapters.aws_errors import code
from lambdas.adapters.documents import document_exists, read_document, write_document
from lambdas.adapters.manifest_objects import open_manifest, split_uri
from lambdas.adapters.object_writer import ObjectWriter
from lambdas.contract import BucketLayout
from lambdas.errors import InvalidExecutionInput, ServiceUnavailable
from lambdas.evaluation.held_out import HeldOut, choose_held_out, image_list
from lambdas.evaluation.kept_evaluation import KeptClasses
from lambdas.evaluation.labelled import LabelledImages
from lambdas.evaluation.manifest_truth import manifest_truth
from lambdas.manifest.stream.lines import batches
from lambdas.messages.dataset import Dataset
from lambdas.messages.evaluation import EvaluationPlan


class _Class(msgspec.Struct):
    name: str


class _ReportedClasses(msgspec.Struct):
    """What is read of ``report.json``; the data set's own list of classes ends after fifty."""

    classes: dict[int, _Class]


class S3ModelFiles:
    """Implements ``lambdas.registry.incumbent.Files``."""

    def exists(self, uri: str) -> bool:
        """Tell whether there is such a file in the pipeline's bucket."""
        return document_exists(*split_uri(uri))

    def classes(self, uri: str) -> Mapping[int, str] | None:
        """Return the classes that an evaluation names; None where it cannot be read."""
        try:
            found = read_document(*split_uri(uri), KeptClasses)
        except (msgspec.DecodeError, InvalidExecutionInput):
            return None
        except ClientError as error:
            if code(error) not in ("AccessDenied", "NoSuchBucket"):
                raise
            return None
        return found[0].classes if found else None


def lines_of(uri: str) -> Iterator[bytes]:
    """Return the lines of a manifest in S3, without line feed."""
    return chain.from_iterable(batches(open_manifest(uri).body))


def class_names(dataset: Dataset) -> dict[int, str]:
    """Return all classes of a data set, by the id that the training knows them by."""
    found = read_document(*split_uri(dataset.report), _ReportedClasses)
    if found is None:
        raise ServiceUnavailable(f"{dataset.report} is gone")
    return {class_id: each.name for class_id, each in found[0].classes.items()}


def labelled_images(plan: EvaluationPlan, dataset: Dataset) -> LabelledImages:
    """Return the images that the models were asked about, with their truth; maybe none."""
    if not plan.predictions:
        return LabelledImages([], {}, all_named=False)
    return manifest_truth(lines_of(plan.evaluated_records), dataset.label_attribute)


def write_held_out(dataset: Dataset, most: int, layout: BucketLayout, execution: str) -> HeldOut:
    """Choose the images to evaluate; write their lines, and a list of them for each bucket.

    They are of the test part where there is one, as no choice during training has seen it.
    """
    key = layout.evaluated_records(execution)
    held_out = dataset.test_manifest or dataset.validation_manifest
    with ObjectWriter(layout.bucket, key) as writer:
        chosen = choose_held_out(
            lambda: lines_of(held_out),
            dataset.label_attribute,
            most,
            writer.write,
        )
    for bucket, keys in chosen.keys.items():
        write_document(
            layout.bucket, layout.images_to_predict(execution, bucket), image_list(bucket, keys)
        )
    return chosen
