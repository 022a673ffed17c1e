"""A rule: what can be wrong with a manifest, what to do about it; and a fault, which breaks one."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]
Scope = Literal["line", "manifest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that can be wrong.

    Attributes:
        code: stable kebab-case name.
        severity: an error of scope ``line`` costs that line, which goes to the rejected lines; an
            error of scope ``manifest`` rejects the manifest; a warning costs nothing.
        template: the message, a format string over what was found.
        fix: what a person does about it.
        source: where the rule comes from.
    """

    code: str
    severity: Severity
    title: str
    template: str
    fix: str
    source: str
    scope: Scope = "line"

    def fault(self, **details: object) -> "Fault":
        """Return a fault; ``details`` are the values of the template, quoted where they need it."""
        return Fault(self, details)


class Fault(NamedTuple):
    """A rule that was broken once, with what was found there; None where that was not kept."""

    rule: Rule
    details: dict[str, object] | None

    @property
    def message(self) -> str:
        """What is wrong, for a person."""
        if self.details is None:
            return self.rule.title
        return self.rule.template.format(**self.details)

    @property
    def costs_the_line(self) -> bool:
        """Whether the line can't be used because of it."""
        return self.rule.severity == "error" and self.rule.scope == "line"


DEVELOPER_GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg/"
BOX_OUTPUT = DEVELOPER_GUIDE + "sms-data-output.html#sms-output-box"
LABELING_OUTPUT = DEVELOPER_GUIDE + "sms-data-output.html"
LABELING_INPUT = DEVELOPER_GUIDE + "sms-input-data-input-manifest.html"
INPUT_LIMITS = DEVELOPER_GUIDE + "input-data-limits.html"
AUGMENTED_MANIFEST = DEVELOPER_GUIDE + "augmented-manifest.html"
OBJECT_DETECTION = DEVELOPER_GUIDE + "object-detection.html"
HYPERPARAMETERS = DEVELOPER_GUIDE + "object-detection-api-config.html"
# The network is MXNet's SSD; `if (num_valid_gt > 0)` guards all that gives an anchor a target.
MULTIBOX_TARGET = (
    "https://github.com/apache/mxnet/blob/1.4.1/src/operator/contrib/multibox_target.cc"
)
CHAINING = DEVELOPER_GUIDE + "sms-reusing-data.html"
S3 = "https://docs.aws.amazon.com/AmazonS3/latest/"
JSON = "https://www.rfc-editor.org/rfc/rfc8259"
OPENCV = (
    "MXNet decodes with OpenCV, which ignores EXIF orientation and converts to 8-bit colour "
    "(src/io/image_io.cc of MXNet 1.4 to 1.9)"
)
OBSERVED = "observed in output manifests of Ground Truth jobs; not documented"
GOOD_PRACTICE = "good practice: training runs, but learns less than it could"
