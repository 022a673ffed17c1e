"""Makes report.html: one file that needs no network, runs no script and escapes all text."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from jinja2 import Environment

from lambdas.images.catalogue import RULES as IMAGE_RULES
from lambdas.manifest.catalogue import RULES
from lambdas.manifest.report import Report
from lambdas.manifest.rules.rule import Rule
from lambdas.pages.figures import figures
from lambdas.pages.samples import Picture, samples
from lambdas.pages.templating import REPORT_TEMPLATES, page_templates

NO_PICTURES: Mapping[str, Picture] = MappingProxyType({})


def report_page(
    report: Report, manifest: str, pictures: Mapping[str, Picture] = NO_PICTURES
) -> str:
    """Return the page of a report as one HTML document.

    Args:
        report: of a validation, accepted or rejected.
        manifest: the path or S3 URI of what was validated, as text for people.
        pictures: images by source-ref; only those of ``report.statistics.samples`` are used, each
            up to MOST_PICTURE_BYTES, together up to MOST_BYTES.

    Returns:
        HTML. All text that comes from the manifest is escaped, and characters in it that would
        not show (controls, bidi overrides) are spelled out.
    """
    return (
        _templates()
        .get_template("report.html.jinja")
        .render(
            report=report,
            manifest=manifest,
            figures=figures(report),
            samples=samples(report, pictures),
            rules=_rules(report),
            style=(REPORT_TEMPLATES / "report.css").read_text(encoding="utf-8"),
        )
    )


def _rules(report: Report) -> list[Rule]:
    """Return the rules that the page names, in the order of the catalogue."""
    named = {finding.code for finding in report.findings}
    named |= {code for record in report.statistics.drawn() for code in record.codes}
    return [rule for code, rule in (RULES | IMAGE_RULES).items() if code in named]


@cache
def _templates() -> Environment:
    return page_templates(REPORT_TEMPLATES)
