"""Renders the rules as docs/manifest-rules.md: ``python -m lambdas.catalogue_page``."""

import sys
from string import Formatter

from lambdas.images import catalogue as images
from lambdas.manifest import catalogue as manifest
from lambdas.manifest.rules.rule import Rule

_INTRODUCTION = """# What `Validate Manifest` and `Check Images` look for

<!-- Generated: python -m lambdas.catalogue_page > docs/manifest-rules.md -->

- An **error of a line** sends the line to `rejected.jsonl` with its codes; training goes on without
  it, unless more than `max_invalid_fraction` of all lines are invalid.
- An **error of the manifest** rejects the manifest: nothing is trained.
- A **warning** leaves the line in use, but for four that say why a line is in no channel:
  `unlabeled`, `labeling-failed`, `empty-image-dropped` and `verdict-dropped`.

Every line that is not blank ends up in exactly one of `train.manifest`, `validation.manifest` and
`rejected.jsonl`. The bytes of a line are not changed, with two exceptions: each line ends in a line
feed, and a byte order mark is left out. Blank lines are skipped and not counted; a carriage return
before the line feed is kept. A finding counts lines, and names the first 20 of them.

The rules under *Images* are about the files themselves, at which `Check Images` looks, and
`gt-train validate` with `--images DIR` or `--check-images`. An error of one of them sends its line
to `rejected.jsonl`, too. `image-truncated` takes decoding all of an image, which only the setting
`image_checks=decode` does.
"""

SECTIONS = manifest.SECTIONS | images.SECTIONS


def page() -> str:
    """Return the whole page as Markdown."""
    parts = [_INTRODUCTION]
    for section, rules in SECTIONS.items():
        parts.append(f"\n## {section}\n")
        parts += [_entry(rule) for rule in rules]
    return "".join(parts)


def _entry(rule: Rule) -> str:
    whose = "of the manifest" if rule.scope == "manifest" else "of a line"
    source = f"<{rule.source}>" if rule.source.startswith("https:") else rule.source
    return (
        f"\n### `{rule.code}`\n\n"
        f"{rule.title}. **{rule.severity.capitalize()}** {whose}.\n\n"
        f"- Message: {_template(rule.template)}\n"
        f"- Fix: {rule.fix}\n"
        f"- Source: {source}\n"
    )


def _template(template: str) -> str:
    return "".join(
        text + (f"*{field}*" if field else "") for text, field, _, _ in Formatter().parse(template)
    )


if __name__ == "__main__":
    sys.stdout.write(page())
