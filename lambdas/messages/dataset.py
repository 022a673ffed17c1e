"""What becomes of a manifest: the data to train on."""

import msgspec


class ImageList(msgspec.Struct, frozen=True, kw_only=True):
    """The list of the images that the accepted lines name: one version of an object."""

    key: str
    version_id: str


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """What was found and written of a manifest: the numbers to train with, where the data lies."""

    manifest: str
    version_id: str
    newest_only: bool
    train_manifest: str
    validation_manifest: str
    test_manifest: str | None = None
    """S3 URI of the part that no training job sees; None where there is none."""
    report: str
    """S3 URI of the findings as JSON."""
    report_page: str
    """S3 URI of the report that people look at."""
    label_attribute: str
    hyperparameters: dict[str, str]
    """Those that follow from the data."""
    records: dict[str, int]
    boxes: int
    max_boxes_per_image: int
    classes: list[str]
    split: dict[str, int]
    warnings: list[str] = []
    validation_version_id: str | None = None
    """S3 version of the validation manifest that was given; None where none was."""
    images: ImageList | None = None
    """What Check Images goes through; None where images are not looked at."""
