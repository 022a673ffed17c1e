"""Says whether lines are trained on whose images nobody has looked at."""

from lambdas.manifest.counts.progress import Progress
from lambdas.manifest.rules.rule import GOOD_PRACTICE, Rule

UNEXAMINED = Rule(
    code="images-not-examined",
    severity="warning",
    title="Images were not looked at",
    template="nobody has looked at the images of {count} lines, which are used",
    fix="Start another execution: settings were deployed that accept more lines than those whose "
    "images this one has looked at.",
    source=GOOD_PRACTICE,
)

RULES = (UNEXAMINED,)


def note_unexamined(progress: Progress) -> None:
    """Warn of lines whose images were not looked at, in a manifest whose images were."""
    if progress.examined is None:
        return
    count = (
        progress.written + progress.test.records + progress.set_aside - progress.examined.examined
    )
    if count > 0:
        progress.findings.summarize(UNEXAMINED.fault(count=f"{count:,}"), count, [])
