"""An image as its line declares it, to be held against the image itself."""

import msgspec

from lambdas.manifest.format import ManifestName
from lambdas.manifest.line.record import Record, passed

_GROUND_TRUTH_JOB = "labeling-job/"
_JOB_NAME = passed("job-name")


class DeclaredImage(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a line of a manifest says about its image.

    line: its number in that manifest. width, height: image_size, which its boxes refer to.
    as_stored: whether it is known to have been labeled in the frame in which it is stored, as
    Ground Truth shows images (sms-cors-update.html); other tools turn them by their EXIF data.
    """

    line: int
    source_ref: str
    width: int
    height: int
    manifest: ManifestName = "train"
    as_stored: bool = False


def declared_image(record: Record, line: int, manifest: ManifestName) -> DeclaredImage:
    """Return what a usable record says about its image."""
    about = record.about
    job = about.get("job-name") if isinstance(about, dict) else getattr(about, _JOB_NAME, None)
    return DeclaredImage(
        line,
        record.source_ref,
        int(record.width),
        int(record.height),
        manifest,
        as_stored=isinstance(job, str) and job.startswith(_GROUND_TRUTH_JOB),
    )
